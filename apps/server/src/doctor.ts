import { existsSync } from 'node:fs';
import {
  examineDirectory,
  type Finding,
  mostImportantFirst,
  parseDatabaseUrl,
  parseSigningKeys,
  risk,
  sentence,
  wrong,
} from '@rollcall/core';
import { RollcallError } from '@rollcall/protocol';
import { type Config, type EnvironmentVariables, loadConfig } from './config/config.js';
import { loadProducts } from './config/load-products.js';
import { readSecret, secretFileOf } from './config/signing-keys.js';
import { isLoopback } from './http/foreign-page.js';
import { networksOf } from './webhooks/webhook-addresses.js';

/** How an installation is examined. */
export interface DoctorOptions {
  /** A folder with backups; absent: backups are not looked at. */
  backups?: string;
  signal?: AbortSignal;
}

/**
 * Says what is wrong with the installation that these variables configure, and what may go wrong, the most important first.
 * It reads only, and throws nothing that is a finding.
 */
export async function examine(env: EnvironmentVariables, options: DoctorOptions = {}): Promise<Finding[]> {
  let config: Config;
  try {
    config = loadConfig(env);
  } catch (error) {
    if (!(error instanceof RollcallError && error.issues)) throw error;
    return error.issues.map(({ message }) => wrong('settings', sentence(message)));
  }
  const findings = [...(await examineSecret(config)), ...examineSettings(config)];
  const products = await loadProducts(config.products).catch((error: Error) => {
    findings.push(wrong('products', sentence(error.message)));
    return [];
  });
  const { databaseUrl, databaseReadUrls: readUrls } = config;
  const parsed = parseDatabaseUrl(databaseUrl);
  const address = parsed.engine === 'postgres' ? { ...parsed, readUrls } : parsed;
  const { findings: found, settings } = await examineDirectory({ address, products, ...options });
  findings.push(...found);
  if (config.environment === 'production' && settings?.guests_enabled === true) {
    findings.push(
      risk(
        'guests',
        'guests are let in (guests_enabled): anybody who reaches the server can make users. `rollcall guests refuse` ends that.',
      ),
    );
  }
  return mostImportantFirst(findings);
}

/** A secret that somebody typed has few different characters. */
const FEW_CHARACTERS = 10;

async function examineSecret({ databaseUrl, secret }: Config): Promise<Finding[]> {
  const address = parseDatabaseUrl(databaseUrl);
  const file = address.engine === 'postgres' ? undefined : secretFileOf(address.file);
  const findings: Finding[] = [];
  let used = secret;
  if (secret === undefined && file !== undefined) {
    try {
      used = await readSecret(file);
    } catch (error) {
      findings.push(wrong('secret', `${(error as Error).message}. No server starts.`));
    }
    if (
      used === undefined &&
      findings.length === 0 &&
      address.engine !== 'postgres' &&
      existsSync(address.file)
    ) {
      findings.push(
        risk(
          'secret',
          `there is no secret for the database ${address.file}: the next server makes a new one in ${file}, and all tokens of before are refused. Bring the old one back, if there is one.`,
        ),
      );
    }
  } else if (file !== undefined && existsSync(file)) {
    findings.push(
      risk(
        'secret',
        `ROLLCALL_SECRET is used, and ${file} is not, though it is there: commands that find the secret by themselves may sign with the wrong one. Remove the file, or the variable.`,
      ),
    );
  }
  for (const { kid, secret: bytes } of used === undefined ? [] : parseSigningKeys(used)) {
    if (new Set(bytes).size < FEW_CHARACTERS) {
      findings.push(
        wrong(
          'secret',
          `the key ${kid ?? 'without an id'} of the secret can be guessed: it has fewer than ${FEW_CHARACTERS} different characters. Make one with \`openssl rand -hex 32\`.`,
        ),
      );
    }
  }
  return findings;
}

function examineSettings(config: Config): Finding[] {
  const findings: Finding[] = [];
  const inNetwork = !isLoopback(config.host);
  if (config.environment !== 'production' && inNetwork) {
    findings.push(
      wrong(
        'settings',
        `the network reaches ${config.host}, and the server runs with what suits a developer: guests, pages of localhost. Set NODE_ENV=production.`,
      ),
    );
  }
  if (config.allowedOrigins.kind === 'any') {
    findings.push(
      risk(
        'settings',
        'ROLLCALL_ALLOWED_ORIGINS is *: every web page that a person opens may call from its browser. List the origins of your own pages.',
      ),
    );
  }
  const reached = networksOf(config.webhookAllowedAddresses);
  if (reached.check(METADATA)) {
    findings.push(
      risk(
        'settings',
        `ROLLCALL_WEBHOOK_ALLOWED_ADDRESSES holds ${METADATA}, at which clouds hand out the keys of a machine: anybody with a server token can have requests sent there. List only the networks of your receivers.`,
      ),
    );
  }
  findings.push(...examineMetrics(config));
  if (config.environment === 'production' && config.logLevel === 'silent') {
    findings.push(
      risk('settings', 'ROLLCALL_LOG_LEVEL is silent: nobody hears of what fails. Set it to warn or info.'),
    );
  }
  return findings;
}

/** Where clouds answer a machine about itself. */
const METADATA = '169.254.169.254';

function examineMetrics({ metricsPort, metricsHost, metricsToken }: Config): Finding[] {
  const isElsewhere = !isLoopback(metricsHost);
  if (metricsPort === undefined) {
    const message = `ROLLCALL_METRICS_HOST is ${metricsHost}, and no port listens there: set ROLLCALL_METRICS_PORT, too, or take it away.`;
    return isElsewhere ? [risk('settings', message)] : [];
  }
  if (metricsToken !== undefined || !isElsewhere) return [];
  return [
    risk(
      'settings',
      `the network reaches the metrics at ${metricsHost}:${metricsPort}, without a token: set ROLLCALL_METRICS_TOKEN (\`openssl rand -hex 32\`), or let only the scraper through to that port.`,
    ),
  ];
}

/**
 * What can be said about the token that commands sign in with. Tokens are stored nowhere, so no others can be looked at.
 * @param token of `ROLLCALL_TOKEN`.
 */
export function examineToken(token: string): Finding[] {
  const claims = claimsOf(token);
  if (claims?.server !== true || claims.exp !== undefined) return [];
  const may = claims.read_only === true ? 'read everything' : 'do everything';
  return [
    risk(
      'token',
      `ROLLCALL_TOKEN is a server token that never expires: who gets hold of it may ${may} for ever. Sign one with an end (\`rollcall token --server --expires-in 30d\`); \`rollcall revoke --all\` ends those of before.`,
    ),
  ];
}

function claimsOf(token: string): { server?: unknown; read_only?: unknown; exp?: unknown } | undefined {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
