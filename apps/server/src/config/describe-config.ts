import { resolve } from 'node:path';
import { parseDatabaseUrl } from '@rollcall/core';
import type { AllowedOrigins } from './allowed-origin.js';
import type { Config } from './config.js';
import { SETTINGS } from './settings-table.js';
import { secretFileOf } from './signing-keys.js';

/** The effective settings, one per line, and where the data is, for `rollcall check-config`. Secrets are masked. */
export function describeConfig(config: Config): string {
  const width = Math.max(...Object.values(SETTINGS).map(row => row.name.length));
  const shown: Record<keyof typeof SETTINGS, string> = {
    databaseUrl: maskedUrl(config.databaseUrl),
    postgresPoolSize: String(config.postgresPoolSize),
    hints: config.hints ? 'on' : 'off',
    secret: describeSecret(config),
    host: config.host,
    port: String(config.port),
    allowedOrigins: describeOrigins(config.allowedOrigins),
    products: config.products.join(',') || '(none)',
    migrate: config.migrate ? 'on' : 'off',
    logLevel: config.logLevel,
    maxBodyBytes: String(config.maxBodyBytes),
    maxConnectionsPerUser: String(config.maxConnectionsPerUser),
    clientCallsPerMinute: String(config.clientCallsPerMinute),
    guestsPerMinute: String(config.guestsPerMinute),
    socketMessagesPerMinute: String(config.socketMessagesPerMinute),
    trustedProxies: String(config.trustedProxies),
    authTimeoutMs: String(config.authTimeoutMs),
    unreadyMs: String(config.unreadyMs),
    drainMs: String(config.drainMs),
    shutdownTimeoutMs: String(config.shutdownTimeoutMs),
  };
  const lines = Object.entries(SETTINGS).map(
    ([key, row]) => `${row.name.padEnd(width)}  ${shown[key as keyof typeof SETTINGS]}`,
  );
  return [
    `${'NODE_ENV'.padEnd(width)}  ${config.environment}`,
    ...lines,
    '',
    `Data: ${dataOf(config)}`,
    '',
  ].join('\n');
}

/** Where the data is, for a person to read: a full path, or the address of a database server without its password. */
export function dataOf(config: Config): string {
  const address = parseDatabaseUrl(config.databaseUrl);
  return address.engine === 'postgres'
    ? maskedUrl(address.url)
    : `${resolve(address.file)} (${address.engine})`;
}

function describeSecret(config: Config): string {
  if (config.secret !== undefined) return '(set)';
  const address = parseDatabaseUrl(config.databaseUrl);
  return address.engine === 'postgres' ? '(none)' : `(kept in ${resolve(secretFileOf(address.file))})`;
}

/** A password stands before the @ of a URL or in a parameter, so nothing after the question mark is shown. */
function maskedUrl(url: string): string {
  if (!/^postgres(ql)?:/.test(url)) return url;
  if (!URL.canParse(url)) return 'postgres://***';
  const parsed = new URL(url);
  if (parsed.password) parsed.password = '***';
  if (parsed.search) parsed.search = '?***';
  return parsed.href;
}

function describeOrigins(allowed: AllowedOrigins): string {
  if (allowed.kind === 'any') return '*';
  if (allowed.kind === 'localhost') return 'localhost';
  return allowed.origins.join(',') || '(none)';
}
