import type { Actor, Task } from '@rollcall/protocol';
import type { TestEngine } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { parseDatabaseUrl } from '../../../src/database/database-address.js';
import { type Database, openDatabase } from '../../../src/database/open-database.js';
import { insertRows } from '../../../src/database/table.js';
import type { UnitOfWork } from '../../../src/database/unit-of-work.js';
import { writeLog } from '../../../src/events/stored-log.js';
import type { TaskHandler } from '../../../src/tasks/task-handler.js';
import { LocalTaskNotifications } from '../../../src/tasks/task-notifications.js';
import { type TaskRow, taskTable } from '../../../src/tasks/task-table.js';
import { TaskWorker, type TaskWorkerOptions } from '../../../src/tasks/task-worker.js';
import { type TaskRequest, Tasks } from '../../../src/tasks/tasks.js';
import { userTable } from '../../../src/users/model/user-table.js';
import { TestClock } from '../test-clock.js';
import { until } from '../until.js';
import { userRow } from '../users/user-row.js';
import { GatedUnitOfWork } from './gated-unit-of-work.js';

/** The actor of the tasks. */
export const SERVER: Actor = { type: 'server' };

/** An entry of the event log, as these tests compare it. */
export interface LoggedEvent {
  type: string;
  actor_type: string;
  actor_id: string | null;
  user_id: string | null;
  data: { task?: Task };
}

/** Refuses to make a link: the tasks of these tests make no files. */
export function noLink(): never {
  throw new Error('no task of these tests has a file');
}

/** A database with tasks in it, and the workers that a test starts. */
export class TasksFixture {
  readonly unitOfWork: UnitOfWork;
  readonly notifications = new LocalTaskNotifications();
  readonly tasks: Tasks;
  /** The errors that the workers reported, and where. */
  readonly errors: { error: unknown; context: string }[] = [];
  /** The clock of everything in the test. It stands still unless the test moves it. */
  readonly clock: TestClock;
  readonly #url: string;
  readonly #databases: Database[];
  readonly #workers: TaskWorker[] = [];
  readonly #gates: GatedUnitOfWork[] = [];

  private constructor(url: string, database: Database, clock: TestClock) {
    this.#url = url;
    this.clock = clock;
    this.#databases = [database];
    this.unitOfWork = database.unitOfWork;
    this.tasks = new Tasks({
      unitOfWork: this.unitOfWork,
      notifications: this.notifications,
      exportLink: noLink,
      pollMs: 20,
    });
  }

  static async open(engine: TestEngine): Promise<TasksFixture> {
    const url = await engine.migratedUrl();
    const clock = new TestClock(1_700_000_000_000);
    const database = await openDatabase(parseDatabaseUrl(url), { clock: clock.read }, writeLog);
    return new TasksFixture(url, database, clock);
  }

  /** The same data as another process accesses it. An embedded database belongs to one process. */
  async otherUnitOfWork(): Promise<UnitOfWork> {
    const address = parseDatabaseUrl(this.#url);
    if (address.engine !== 'postgres') return this.unitOfWork;
    const database = await openDatabase(address, { clock: this.clock.read }, writeLog);
    this.#databases.push(database);
    return database.unitOfWork;
  }

  /** Starts a worker. The fixture stops it at the end, unless the test drops it. */
  startWorker(
    handler: TaskHandler,
    options: Partial<TaskWorkerOptions> & { dropped?: true } = {},
  ): TaskWorker {
    const worker = new TaskWorker({
      unitOfWork: this.unitOfWork,
      notifications: this.notifications,
      progress: this.tasks.progress,
      handlers: [handler],
      onError: (error, context) => this.errors.push({ error, context }),
      pollMs: 20,
      backOff: { baseMs: 1, capMs: 5 },
      ...options,
    });
    if (!options.dropped) this.#workers.push(worker);
    worker.start();
    return worker;
  }

  /** Stored users with the ids `user-0` and so on, at revision 0. */
  async addUsers(count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, (_, index) => `user-${index}`);
    const rows = ids.map(id => userRow({ id, created_at: 1, updated_at: 1, revision: 0 }));
    await this.unitOfWork.write(transaction => insertRows(transaction, userTable, rows));
    return ids;
  }

  /** How often each user was changed. */
  async revisions(): Promise<Record<string, number>> {
    const rows = await this.unitOfWork.read(transaction =>
      transaction.query(sql`SELECT id, revision FROM users`),
    );
    return Object.fromEntries(rows.map(row => [String(row.id), Number(row.revision)]));
  }

  enqueue(ids: readonly string[], request: Partial<TaskRequest> = {}): Promise<Task> {
    return this.unitOfWork.write(transaction =>
      this.tasks.enqueue(transaction, SERVER, {
        type: 'users.deactivate',
        input: { ids: [...ids] },
        users: ids,
        ...request,
      }),
    );
  }

  /** Waits until a task has ended, and answers with it. */
  async ended(taskId: string): Promise<Task> {
    await until('the task has ended', async () => (await this.tasks.get(taskId)).finished_at !== undefined);
    return this.tasks.get(taskId);
  }

  async row(taskId: string): Promise<TaskRow> {
    const rows = await this.unitOfWork.read(transaction =>
      transaction.query(sql`SELECT * FROM tasks WHERE id = ${taskId}`),
    );
    return taskTable.decode(rows[0] ?? {}, this.unitOfWork.dialect);
  }

  /** Makes the lease on a task run out. */
  async expireLease(taskId: string): Promise<void> {
    await this.unitOfWork.write(transaction =>
      transaction.query(
        sql`UPDATE tasks SET lease_until = ${transaction.dialect.now} - 1 WHERE id = ${taskId}`,
      ),
    );
  }

  async events(): Promise<LoggedEvent[]> {
    const rows = await this.unitOfWork.read(transaction =>
      transaction.query(sql`SELECT type, actor_type, actor_id, user_id, data FROM events ORDER BY seq`),
    );
    return rows.map(row => ({ ...row, data: JSON.parse(String(row.data)) }) as unknown as LoggedEvent);
  }

  /** Every event in order, as `<type>` or `<type> <user id>`. */
  async eventNames(): Promise<string[]> {
    return (await this.events()).map(({ type, user_id }) => (user_id ? `${type} ${user_id}` : type));
  }

  /** A gate in front of the data. It opens fully when the fixture is closed. */
  gate(inner: UnitOfWork = this.unitOfWork): GatedUnitOfWork {
    const gate = new GatedUnitOfWork(inner);
    this.#gates.push(gate);
    return gate;
  }

  /** Stops every worker and closes the database. */
  async close(): Promise<void> {
    for (const gate of this.#gates) gate.allow(Number.POSITIVE_INFINITY);
    await Promise.all(this.#workers.map(worker => worker.stop()));
    for (const database of this.#databases) await database.close();
  }
}
