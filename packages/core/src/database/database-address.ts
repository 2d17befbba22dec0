import { RollcallError } from '@rollcall/protocol';
import { hostUrls } from './postgres-hosts.js';

/** The storage engines. `sqlite3` is the embedded default. */
export type EngineName = 'sqlite3' | 'better-sqlite3' | 'postgres';

/** Where the data is, as the setting `ROLLCALL_DATABASE_URL` says. */
export type DatabaseAddress =
  | { engine: 'sqlite3' | 'better-sqlite3'; file: string }
  | {
      engine: 'postgres';
      /** It may name several servers, of which one is the primary: see `hostUrls`. */
      url: string;
      /** The most connections that the process keeps open, besides those that it starts with; default 10. */
      poolSize?: number;
    };

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
