import { setTimeout as sleep } from 'node:timers/promises';
import type { Task, TaskType } from '@rollcall/protocol';
import type { TestEngine } from '@rollcall/testing';
import { actHandler } from '../../../src/actions/act-handler.js';
import { Actions } from '../../../src/actions/actions.js';
import { parseDatabaseUrl } from '../../../src/database/database-address.js';
import { type Database, openDatabase } from '../../../src/database/open-database.js';
import { insertRows } from '../../../src/database/table.js';
import { writeLog } from '../../../src/events/stored-log.js';
import { exportSources } from '../../../src/exports/export-sources.js';
import { exportUsersHandler } from '../../../src/exports/export-users-handler.js';
import { Exports } from '../../../src/exports/exports.js';
import { LifeCycle } from '../../../src/life-cycle/life-cycle.js';
import { lifeCycleHandlers } from '../../../src/life-cycle/life-cycle-handlers.js';
import { Chat } from '../../../src/products/chat/chat.js';
import { type ActivityRow, activityTable } from '../../../src/products/feeds/activity-table.js';
import { Feeds } from '../../../src/products/feeds/feeds.js';
import { Video } from '../../../src/products/video/video.js';
import { claimTask } from '../../../src/tasks/claim-task.js';
import { commitStep } from '../../../src/tasks/commit-step.js';
import type { TaskHandler } from '../../../src/tasks/task-handler.js';
import { LocalTaskNotifications } from '../../../src/tasks/task-notifications.js';
import type { TaskRow } from '../../../src/tasks/task-table.js';
import { Tasks } from '../../../src/tasks/tasks.js';
import { Users } from '../../../src/users/users.js';
import { TestClock } from '../test-clock.js';
import { type Dump, StoredData, type StoredRow } from './stored-data.js';

const LEASE_MS = 30_000;

/**
 * The life cycle with a worker that the test drives by hand, so that the test decides what happens between two steps.
 */
export class LifeCycleFixture {
  readonly users: Users;
  readonly chat: Chat;
  readonly video: Video;
  readonly feeds: Feeds;
  readonly tasks: Tasks;
  readonly exports: Exports;
  readonly lifeCycle: LifeCycle;
  readonly actions: Actions;
  /** It advances by one with every transaction. */
  readonly clock: TestClock;
  readonly database: Database;
  readonly #data: StoredData;
  readonly #handlers: ReadonlyMap<TaskType, TaskHandler>;
  /** The tasks that were claimed and have not ended. */
  readonly #held = new Map<string, TaskRow>();
  #activities = 0;
  #seen = 0;

  private constructor(database: Database, data: StoredData, clock: TestClock) {
    this.database = database;
    this.clock = clock;
    this.#data = data;
    const { unitOfWork } = database;
    const exportLink = (taskId: string) => ({ url: `/exports/${taskId}`, url_expires_at: this.clock.now });
    this.users = new Users(unitOfWork);
    this.chat = new Chat(unitOfWork);
    this.video = new Video(unitOfWork);
    this.feeds = new Feeds(unitOfWork);
    this.tasks = new Tasks({ unitOfWork, notifications: new LocalTaskNotifications(), exportLink });
    const products = [this.chat.product, this.video.product, this.feeds.product];
    const sources = exportSources(products);
    this.lifeCycle = new LifeCycle({ unitOfWork, users: this.users, tasks: this.tasks, products });
    this.exports = new Exports({ unitOfWork, tasks: this.tasks, sources });
    this.actions = new Actions({
      unitOfWork,
      users: this.users,
      tasks: this.tasks,
      products,
      clock: clock.read,
    });
    const work = [
      ...lifeCycleHandlers({ products, onErased: () => undefined }),
      exportUsersHandler(sources) as unknown as TaskHandler,
    ];
    const handlers = [...work, actHandler(work)];
    this.#handlers = new Map(handlers.map(handler => [handler.type, handler]));
  }

  /** Opens the fixture on a fresh database, or on a given one. */
  static async open(engine: TestEngine, given?: string): Promise<LifeCycleFixture> {
    const url = given ?? (await engine.migratedUrl());
    const clock = new TestClock(Date.parse('2026-01-01T00:00:00Z'), 1);
    const database = await openDatabase(parseDatabaseUrl(url), { clock: clock.read }, writeLog);
    return new LifeCycleFixture(database, await StoredData.open(url), clock);
  }

  /** Claims the oldest waiting task. */
  async claim(): Promise<TaskRow> {
    const row = await this.#claim();
    if (!row) throw new Error('no task waits');
    return row;
  }

  /** Does one step of a claimed task, and answers with the task after it. */
  async step({ id, fence, type }: TaskRow): Promise<TaskRow> {
    const { unitOfWork } = this.database;
    const handler = this.#handlers.get(type);
    if (!handler) throw new Error(`no task handler for ${type}`);
    const held = { id, fence };
    const row = await commitStep({ unitOfWork, handler, held, leaseMs: LEASE_MS });
    if (row.status === 'running') this.#held.set(id, row);
    else this.#held.delete(id);
    return row;
  }

  /** Does the same step, and loses it at the very end, like a power cut. */
  async lostStep(row: TaskRow): Promise<void> {
    const cut = new Error('power cut');
    const lost = this.database.unitOfWork.write(async () => {
      await this.step(row);
      throw cut;
    });
    await lost.catch((error: unknown) => {
      if (error !== cut) throw error;
    });
  }

  /** Continues a claimed task until it has ended or waits for another. */
  async finish(row: TaskRow): Promise<TaskRow> {
    let stands = row;
    while (stands.status === 'running') stands = await this.step(stands);
    return stands;
  }

  /** Works, one task at a time, until a task has ended. */
  async ended(taskId: string): Promise<Task> {
    for (;;) {
      const task = await this.tasks.get(taskId);
      if (task.finished_at !== undefined) return task;
      const [held] = this.#held.values();
      const row = held ?? (await this.#claim());
      if (row) await this.finish(row);
      else await sleep(10);
    }
  }

  /** Gives a user a lot of content at once: activities. */
  async addActivities(actorId: string, count: number): Promise<void> {
    const rows = Array.from({ length: count }, (): ActivityRow => {
      this.#activities += 1;
      const id = `${actorId}-many-${String(this.#activities).padStart(5, '0')}`;
      return {
        id,
        actor_id: actorId,
        verb: 'like',
        object: 'much',
        custom: {},
        pruned: false,
        created_at: this.clock.now,
      };
    });
    await this.database.unitOfWork.write(transaction => insertRows(transaction, activityTable, rows));
  }

  /** Runs one statement outside the unit of work, for what no call of the directory does. */
  run(statement: string): Promise<StoredRow[]> {
    return this.#data.run(statement);
  }

  /** Everything that is stored. */
  dump(): Promise<Dump> {
    return this.#data.dump();
  }

  /** Every entry of the log since the last call, oldest first. */
  async newEvents(): Promise<StoredRow[]> {
    const { events = {} } = await this.dump();
    const fresh = Object.values(events).filter(row => Number(row.seq) > this.#seen);
    this.#seen = Math.max(this.#seen, ...fresh.map(row => Number(row.seq)));
    return fresh.sort((one, other) => Number(one.seq) - Number(other.seq));
  }

  /** The same without entries about tasks, as `type user-id` or `type`. */
  async newEventNames(): Promise<string[]> {
    const events = (await this.newEvents()).filter(({ type }) => !String(type).startsWith('task.'));
    return events.map(({ type, user_id }) => (user_id === undefined ? String(type) : `${type} ${user_id}`));
  }

  async close(): Promise<void> {
    await this.#data.close();
    await this.database.close();
  }

  #claim(): Promise<TaskRow | undefined> {
    const { unitOfWork } = this.database;
    const types = [...this.#handlers.keys()];
    return claimTask({
      unitOfWork,
      types,
      leaseMs: LEASE_MS,
      signal: AbortSignal.timeout(LEASE_MS),
    });
  }
}
