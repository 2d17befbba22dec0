import pg from 'pg';
import type { Admit, NewConnection } from './admit-connection.js';
import { hostUrls } from './postgres-hosts.js';

/** How long a server has to say what it is. */
const ANSWER_MS = 5000;

const admitAny: Admit = async () => undefined;

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: boolean | Error) => void,
) => void;

/**
 * The driver, with a pool whose connections are all to the primary. The driver itself knows no lists of hosts.
 *
 * The pool stays with the server that it reached last. When that one cannot be reached, or is a standby, it goes on to the
 * next, once around the list for each caller who waits for a connection. Connections that are open already are not looked
 * at again: a primary becomes a standby by being started anew, which ends them.
 *
 * @param takesStandby whether a standby will do.
 */
export function primaryDriver(url: string, admit: Admit = admitAny, takesStandby = false): typeof pg {
  const urls = hostUrls(url);
  let present = 0;
  /** What went wrong with a server, and not within the pool. */
  const ofServers = new WeakSet<object>();
  const leave = (place: number, failure: unknown) => {
    if (present === place) present = (place + 1) % urls.length;
    if (failure instanceof Error) ofServers.add(failure);
  };

  class HostClient extends pg.Client {
    readonly place = present;

    constructor(config?: pg.ClientConfig) {
      super({ ...config, connectionString: urls[present] });
    }

    // The pool calls it with a callback, and nobody else calls it.
    override connect(callback?: unknown): Promise<this> {
      const connected = callback as (error: Error | null, client: this) => void;
      super.connect((error: Error | null) => {
        if (error) leave(this.place, error);
        connected(error, this);
      });
      return Promise.resolve(this);
    }
  }

  class PrimaryPool extends pg.Pool {
    constructor(options?: pg.PoolConfig) {
      super({
        ...options,
        Client: HostClient,
        onConnect: async client => {
          try {
            if (!takesStandby) await refuseStandby(client as pg.Client);
            await admit(client as NewConnection);
          } catch (error) {
            leave((client as HostClient).place, error);
            throw error;
          }
        },
      });
    }

    override connect(): Promise<pg.PoolClient>;
    override connect(callback: Connected): void;
    override connect(callback?: Connected): Promise<pg.PoolClient> | undefined {
      const connecting = this.#reach();
      if (!callback) return connecting;
      connecting.then(
        client => callback(undefined, client, client.release),
        (error: Error) => callback(error, undefined, () => undefined),
      );
      return undefined;
    }

    async #reach(): Promise<pg.PoolClient> {
      const failures: Error[] = [];
      for (;;) {
        try {
          return await super.connect();
        } catch (thrown) {
          const error = thrown as Error;
          failures.push(error);
          const isOfServer = ofServers.has(error) || ofServers.has(error.cause as object);
          if (!isOfServer || failures.length === urls.length) throw together(failures);
        }
      }
    }
  }

  return { ...pg, Pool: PrimaryPool };
}

/**
 * Connects to the primary among the servers of a URL.
 * @param options what the connection is made with, besides the URL.
 */
export async function connectToPrimary(url: string, options: pg.ClientConfig): Promise<pg.Client> {
  const failures: Error[] = [];
  for (const connectionString of hostUrls(url)) {
    const client = new pg.Client({ ...options, connectionString });
    // What is lost after this is the caller's.
    const ignore = () => undefined;
    client.on('error', ignore);
    try {
      await client.connect();
      await refuseStandby(client);
      client.off('error', ignore);
      return client;
    } catch (error) {
      failures.push(error as Error);
      void client.end().catch(ignore);
    }
  }
  throw together(failures);
}

/** @throws Error with the code of a server that only reads. */
async function refuseStandby(client: pg.Client): Promise<void> {
  const { rows } = await client.query({
    text: 'SELECT pg_is_in_recovery() AS standby',
    query_timeout: ANSWER_MS,
  } as pg.QueryConfig);
  if (!rows[0]?.standby) return;
  const message = `the PostgreSQL at ${client.host}:${client.port} is a standby, and takes no writes until it is promoted`;
  throw Object.assign(new Error(message), { code: '25006' });
}

/** What was wrong with each of the servers, in one error with the code of the last. */
function together(failures: readonly Error[]): Error {
  const last = failures.at(-1) as NodeJS.ErrnoException;
  if (failures.length === 1) return last;
  // Where a name has several addresses, Node's error has a code and no message.
  const messages = failures.map(({ message, code }: NodeJS.ErrnoException) => message || code);
  return Object.assign(new Error(messages.join('; '), { cause: last }), { code: last.code });
}

/** What one PostgreSQL says about itself. */
export interface ServerState {
  readonly standby: boolean;
  /** Whether a standby is connected to its primary, or follows an archive. */
  readonly follows: boolean;
  /** When it was started, to the microsecond: what tells a server by. */
  readonly since: string;
}

/**
 * Asks the one server of a URL what it is, on a connection of its own.
 * @throws Error when it cannot be reached or refuses us.
 */
export async function askServer(url: string): Promise<ServerState> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
    application_name: 'rollcall doctor',
  });
  // What is lost after the answer is nobody's.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query(
      `SELECT pg_is_in_recovery() AS standby, pg_postmaster_start_time()::text AS since,
         EXISTS (SELECT 1 FROM pg_stat_wal_receiver) OR coalesce(current_setting('restore_command', true), '') <> '' AS follows`,
    );
    return rows[0] as ServerState;
  } finally {
    void client.end().catch(() => undefined);
  }
}
