import { resolve } from 'node:path';
import { hostUrls, parseDatabaseUrl } from '@rollcall/core';
import type { AllowedOrigins } from './allowed-origin.js';
import type { Config } from './config.js';
import { SETTINGS } from './settings-table.js';
import { secretFileOf } from './signing-keys.js';

/** The settings that are neither numbers nor switches: each is shown in a way of its own. */
type Special = {
  [Key in keyof typeof SETTINGS]: Config[Key] extends number | boolean ? never : Key;
}[keyof typeof SETTINGS];

/** The effective settings, one per line, and where the data is, for `rollcall check-config`. Secrets are masked. */
export function describeConfig(config: Config): string {
  const width = Math.max(...Object.values(SETTINGS).map(row => row.name.length));
  const special: Record<Special, string> = {
    databaseUrl: maskedUrl(config.databaseUrl),
    databaseReadUrls: config.databaseReadUrls.map(maskedUrl).join(',') || '(none)',
    secret: describeSecret(config),
    host: config.host,
    metricsPort: String(config.metricsPort ?? '(none)'),
    metricsHost: config.metricsHost,
    metricsToken: config.metricsToken === undefined ? '(none)' : '(set)',
    allowedOrigins: describeOrigins(config.allowedOrigins),
    products: config.products.join(',') || '(none)',
    logLevel: config.logLevel,
    webhookAllowedAddresses: config.webhookAllowedAddresses.join(',') || '(none)',
  };
  const shown = (key: keyof typeof SETTINGS): string => {
    const value = config[key];
    if (typeof value === 'boolean') return value ? 'on' : 'off';
    return typeof value === 'number' ? String(value) : special[key as Special];
  };
  const lines = Object.entries(SETTINGS).map(
    ([key, row]) => `${row.name.padEnd(width)}  ${shown(key as keyof typeof SETTINGS)}`,
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
  const urls = hostUrls(url);
  const [first = ''] = urls;
  if (!URL.canParse(first)) return 'postgres://***';
  const parsed = new URL(first);
  if (parsed.password) parsed.password = '***';
  if (parsed.search) parsed.search = '?***';
  const hosts = urls.map(one => new URL(one).host).join(',');
  return urls.length === 1 ? parsed.href : parsed.href.replace(parsed.host, hosts);
}

function describeOrigins(allowed: AllowedOrigins): string {
  if (allowed.kind === 'any') return '*';
  if (allowed.kind === 'localhost') return 'localhost';
  return allowed.origins.join(',') || '(none)';
}
