import { RollcallError } from '@rollcall/protocol';
import { hostUrls } from './postgres-hosts.js';

/** The storage engines. `sqlite3` is the embedded default. */
export type EngineName = 'sqlite3' | 'better-sqlite3' | 'postgres';

/** Where the data is, as the setting `ROLLCALL_DATABASE_URL` says. */
export type DatabaseAddress = { engine: 'sqlite3' | 'better-sqlite3'; file: string } | PostgresAddress;

/** A database of PostgreSQL. */
export interface PostgresAddress {
  engine: 'postgres';
  /** It may name several servers, of which one is the primary: see `hostUrls`. */
  url: string;
  /** The most connections that the process keeps open to each server, besides those that it starts with; default 10. */
  poolSize?: number;
  /** Standbys of it that may serve reads, one server each; default none. */
  readUrls?: readonly string[];
}

/**
 * Reads a database URL: `sqlite:<file>`, `better-sqlite3:<file>` or `postgres://…`.
 * @throws RollcallError `INPUT_INVALID` for anything else, and for a list with something else than hosts. The message never repeats the URL, which may hold a password.
 */
export function parseDatabaseUrl(url: string): DatabaseAddress {
  if (/^postgres(ql)?:\/\//.test(url)) {
    hostUrls(url);
    return { engine: 'postgres', url };
  }
  const [, scheme, file] = /^(sqlite|better-sqlite3):(.+)$/.exec(url) ?? [];
  if (scheme && file && !file.includes('?')) {
    return { engine: scheme === 'sqlite' ? 'sqlite3' : 'better-sqlite3', file };
  }
  throw new RollcallError(
    'INPUT_INVALID',
    'a database URL is sqlite:<file>, better-sqlite3:<file> or postgres://user:password@host:port/database, where the host may be a list of hosts',
    { field: 'ROLLCALL_DATABASE_URL' },
  );
}

/** How many replicas a process may read from. */
const MAX_READ_URLS = 16;

/**
 * Reads the setting `ROLLCALL_DATABASE_READ_URLS`: URLs of PostgreSQL, separated by commas or white space, one server each.
 * @throws RollcallError `INPUT_INVALID` for anything else. The message never repeats a URL.
 */
export function parseReadUrls(text: string): string[] {
  // A password may hold a comma, so one separates only where the next URL begins.
  const parts = text.trim().split(/[\s,](?=postgres(?:ql)?:\/\/)/);
  const urls = parts.map(part => part.trim().replace(/,$/, ''));
  const wrong = urls.findIndex(url => !isOneServer(url));
  const refused = (message: string) =>
    new RollcallError('INPUT_INVALID', message, { field: 'ROLLCALL_DATABASE_READ_URLS' });
  if (wrong >= 0) {
    throw refused(
      `replicas are postgres://user:password@host:port/database, separated by commas, with one host each; entry ${wrong + 1} of ${urls.length} is not`,
    );
  }
  if (urls.length > MAX_READ_URLS)
    throw refused(`at most ${MAX_READ_URLS} replicas are used; there are ${urls.length}`);
  return urls;
}

function isOneServer(url: string): boolean {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) return false;
  return !/[\s,]/.test(new URL(url).host) && new URL(url).hostname !== '';
}
