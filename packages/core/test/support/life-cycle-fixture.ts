import { setTimeout as sleep } from 'node:timers/promises';
import type { Task, TaskType } from '@rollcall/protocol';
import type { TestEngine } from '@rollcall/testing';
import { parseDatabaseUrl } from '../../src/database/engine.js';
import { insertRows } from '../../src/database/insert-rows.js';
import { type Database, openDatabase } from '../../src/database/open-database.js';
import { writeLog } from '../../src/events/write-log.js';
import { exportSources } from '../../src/exports/export-sources.js';
import { exportUsersJob } from '../../src/exports/export-users-job.js';
import { Exports } from '../../src/exports/exports.js';
import { LifeCycle } from '../../src/jobs/life-cycle.js';
import { lifeCycleJobs } from '../../src/jobs/life-cycle-jobs.js';
import { Chat } from '../../src/products/chat/chat.js';
import { type ActivityRow, activityTable } from '../../src/products/feeds/activity-table.js';
import { Feeds } from '../../src/products/feeds/feeds.js';
import { Video } from '../../src/products/video/video.js';
import { claimTask } from '../../src/tasks/claim-task.js';
import { commitStep } from '../../src/tasks/commit-step.js';
import type { Job } from '../../src/tasks/job.js';
import { LocalTaskHints } from '../../src/tasks/task-hints.js';
import type { TaskRow } from '../../src/tasks/task-table.js';
import { Tasks } from '../../src/tasks/tasks.js';
import { Users } from '../../src/users/users.js';
import { type Dump, StoredData, type StoredRow } from './life-cycle-dump.js';

const LEASE_MS = 30_000;

/** The life cycle with a worker that the test drives by hand: what happens between two steps is up to the test. */
export class LifeCycleFixture {
  readonly users: Users;
  readonly chat: Chat;
  readonly video: Video;
  readonly feeds: Feeds;
  readonly tasks: Tasks;
  readonly exports: Exports;
  readonly lifeCycle: LifeCycle;
  /** Epoch milliseconds; goes on by one with every look. */
  now = Date.parse('2026-01-01T00:00:00Z');
  readonly database: Database;
  readonly #data: StoredData;
  readonly #jobs: ReadonlyMap<TaskType, Job>;
  /** The tasks that were claimed and are not through. */
  readonly #held = new Map<string, TaskRow>();
  #seen = 0;

  private constructor(database: Database, data: StoredData) {
    this.database = database;
    this.#data = data;
    const { unitOfWork } = database;
    const { clock } = this;
    const exportLink = (taskId: string) => ({ url: `/exports/${taskId}`, url_expires_at: this.now });
    this.users = new Users(unitOfWork, clock);
    this.chat = new Chat(unitOfWork, clock);
    this.video = new Video(unitOfWork, clock);
    this.feeds = new Feeds(unitOfWork, clock);
    this.tasks = new Tasks({ unitOfWork, clock, hints: new LocalTaskHints(), exportLink });
    const products = [this.chat.product, this.video.product, this.feeds.product];
    const sources = exportSources(products);
    this.lifeCycle = new LifeCycle({ unitOfWork, users: this.users, tasks: this.tasks, products, clock });
    this.exports = new Exports({ unitOfWork, tasks: this.tasks, sources, clock });
    const jobs = [
      ...lifeCycleJobs({ products, onForgotten: () => undefined }),
      exportUsersJob(sources) as unknown as Job,
    ];
    this.#jobs = new Map(jobs.map(job => [job.type, job]));
  }

  /** On a fresh database, or on one that is there. */
  static async open(engine: TestEngine, given?: string): Promise<LifeCycleFixture> {
    const url = given ?? (await engine.migratedUrl());
    const database = await openDatabase(parseDatabaseUrl(url), {}, writeLog);
    return new LifeCycleFixture(database, await StoredData.open(url));
  }

  readonly clock = (): number => {
    this.now += 1;
    return this.now;
  };

  /** Takes the oldest task that waits. */
  async claim(): Promise<TaskRow> {
    const row = await this.#claim();
    if (!row) throw new Error('no task waits');
    return row;
  }

  /** Takes one step of a task that was claimed; answers with the task as it stands then. */
  async step({ id, fence, type }: TaskRow): Promise<TaskRow> {
    const { unitOfWork } = this.database;
    const job = this.#jobs.get(type);
    if (!job) throw new Error(`no job for ${type}`);
    const held = { id, fence };
    const row = await commitStep({ unitOfWork, job, held, leaseMs: LEASE_MS, clock: this.clock });
    if (row.status === 'running') this.#held.set(id, row);
    else this.#held.delete(id);
    return row;
  }

  /** The same step, lost at its very end as by a power cut. */
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

  /** Goes on with a task that was claimed until it has ended or waits for another. */
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

  /** Gives a user much content at once: activities. */
  async addActivities(actorId: string, count: number): Promise<void> {
    const rows = Array.from({ length: count }, (_, index): ActivityRow => {
      const id = `${actorId}-many-${String(index).padStart(5, '0')}`;
      return {
        id,
        actor_id: actorId,
        verb: 'like',
        object: 'much',
        custom: {},
        pruned: false,
        created_at: this.now,
      };
    });
    await this.database.unitOfWork.write(transaction => insertRows(transaction, activityTable, rows));
  }

  /** Changes or looks at what no call of the directory does: one statement, past the unit of work. */
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

  /** The same without those of tasks, as `type user-id` or `type`. */
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
    const types = [...this.#jobs.keys()];
    return claimTask({
      unitOfWork,
      types,
      leaseMs: LEASE_MS,
      clock: this.clock,
      signal: AbortSignal.timeout(LEASE_MS),
    });
  }
}
