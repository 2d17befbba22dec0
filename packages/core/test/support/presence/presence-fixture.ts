import type { TestEngine } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { parseDatabaseUrl } from '../../../src/database/database-address.js';
import { type Database, openDatabase } from '../../../src/database/open-database.js';
import type { UnitOfWork } from '../../../src/database/unit-of-work.js';
import { EventLog } from '../../../src/events/event-log.js';
import { writeLog } from '../../../src/events/stored-log.js';
import { Presence } from '../../../src/presence/presence.js';
import { PresenceWatch } from '../../../src/presence/presence-watch.js';
import type { UserRow } from '../../../src/users/model/user-table.js';
import { Users } from '../../../src/users/users.js';
import { TestClock } from '../test-clock.js';
import { SERVER } from '../test-directory.js';

/** What a listener has heard of users, in order: whether each was online; undefined for a user that does not exist. */
type Heard = [id: string, online: boolean | undefined][];

/**
 * One process, as far as presence is concerned. It renews its lease only when the test says so. Until then it counts as
 * paused or dead.
 */
export interface PresenceNode {
  presence: Presence;
  events: EventLog;
  /** Begins to listen, and records what it hears. */
  listen(...ids: string[]): Heard;
  /** How many users were read for those who listen. */
  usersRead(): number;
  /** Whether it is known that a user was deactivated or deleted, though those who listen have not heard it yet. */
  isGone(id: string): boolean;
  /** Lets nobody who listens hear anything, until what it returns is called. */
  holdReads(): () => void;
}

/** A tenth of what they are. */
const WAITS = { flushMs: 25, graceMs: 150, missingMs: 100 };

/** A database, and several processes that hold users on it. On an embedded engine they share the connection. */
export class PresenceFixture {
  readonly users: Users;
  readonly unitOfWork: UnitOfWork;
  /** The clock of everything in the test. It stands still unless the test moves it. */
  readonly clock: TestClock;
  readonly #url: string;
  readonly #databases: Database[];
  readonly #nodes: { presence: Presence; watch: PresenceWatch; events: EventLog }[] = [];

  private constructor(url: string, database: Database, clock: TestClock) {
    this.#url = url;
    this.clock = clock;
    this.#databases = [database];
    this.unitOfWork = database.unitOfWork;
    this.users = new Users(this.unitOfWork);
  }

  static async open(engine: TestEngine, ids: readonly string[]): Promise<PresenceFixture> {
    const url = await engine.migratedUrl();
    const clock = new TestClock(1_700_000_000_000);
    const database = await openDatabase(parseDatabaseUrl(url), { clock: clock.read }, writeLog);
    const fixture = new PresenceFixture(url, database, clock);
    await fixture.users.upsert(
      SERVER,
      ids.map(id => ({ id })),
    );
    return fixture;
  }

  /** Adds another process. On PostgreSQL it has its own connections. */
  async addNode(): Promise<PresenceNode> {
    const unitOfWork = await this.#anotherUnitOfWork();
    const onError = (error: unknown) => {
      throw error;
    };
    const users = new Users(unitOfWork);
    const events = new EventLog(unitOfWork, onError);
    let usersRead = 0;
    let mayRead = Promise.resolve();
    const find = async (ids: readonly string[]) => {
      usersRead += ids.length;
      await mayRead;
      return users.find(ids);
    };
    const watch = new PresenceWatch({ unitOfWork, events, find, onError });
    const presence = new Presence({
      unitOfWork,
      clock: this.clock.read,
      waits: WAITS,
      onWritten: () => watch.notify(),
      onError,
    });
    this.#nodes.push({ presence, watch, events });
    return {
      presence,
      events,
      listen: (...ids) => listen(watch, ids),
      isGone: id => watch.isGone(id),
      usersRead: () => usersRead,
      holdReads: () => {
        let goOn = (): void => undefined;
        mayRead = new Promise(resolve => {
          goOn = resolve;
        });
        return goOn;
      },
    };
  }

  /** The ids of the users who are online, sorted. */
  async online(): Promise<string[]> {
    const rows = await this.unitOfWork.read(one =>
      one.query(sql`SELECT id FROM users WHERE online = ${true} ORDER BY id`),
    );
    return rows.map(row => row.id as string);
  }

  async user(id: string): Promise<UserRow> {
    return (await this.users.find([id]))[0] as UserRow;
  }

  /** Makes every lease run out. A process that does not enter again is dead. */
  async endLeases(): Promise<void> {
    await this.unitOfWork.write(one => one.query(sql`UPDATE nodes SET lease_until = 0`));
  }

  /** How many rows a table has. */
  async count(table: 'nodes' | 'node_users' | 'presence_changes'): Promise<number> {
    const statements = {
      nodes: sql`SELECT count(*) AS count FROM nodes`,
      node_users: sql`SELECT count(*) AS count FROM node_users`,
      presence_changes: sql`SELECT count(*) AS count FROM presence_changes`,
    };
    const [row] = await this.unitOfWork.read(one => one.query(statements[table]));
    return Number(row?.count);
  }

  /** How many changes of presence were announced. */
  async changes(): Promise<number> {
    const [row] = await this.unitOfWork.read(one => one.query(sql`SELECT last_seq FROM presence_stream`));
    return Number(row?.last_seq);
  }

  async close(): Promise<void> {
    for (const { watch, presence, events } of this.#nodes) {
      await watch.close();
      await presence.close();
      await events.close();
    }
    for (const database of this.#databases) await database.close();
  }

  async #anotherUnitOfWork(): Promise<UnitOfWork> {
    const address = parseDatabaseUrl(this.#url);
    if (address.engine !== 'postgres') return this.unitOfWork;
    const database = await openDatabase(address, { clock: this.clock.read }, writeLog);
    this.#databases.push(database);
    return database.unitOfWork;
  }
}

function listen(watch: PresenceWatch, ids: readonly string[]): Heard {
  const heard: Heard = [];
  watch.watch(new Set(ids), (changed, rows) => {
    for (const id of changed) heard.push([id, rows.get(id)?.online]);
  });
  return heard;
}
