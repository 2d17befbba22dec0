import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerClient } from '@rollcall/client/server';
import type { Task, User, UsersAnswer } from '@rollcall/protocol';
import { type Call, CallHistory, inTime } from './call-history.js';
import type { ClusterNode } from './cluster.js';

/** A process that did not answer is left alone for this time. */
const AWAY_MS = 2000;

/** The longest pause of a writer between two calls. */
const PAUSE_MS = 60;

const REGISTERS = 8;
const CREATED_AT_ONCE = 3;
const USERS_OF_TASK = 30;

/** What the steps of a task's users are called, in their order, and the event that each of them leads to. */
export const TASK_STEPS = {
  deactivate: 'user.deactivated',
  reactivate: 'user.reactivated',
  delete: 'user.deleted',
  restore: 'user.restored',
} as const;

type Step = keyof typeof TASK_STEPS;

/** What is known of a task that a call has made. */
export interface AskedTask {
  task_id: string;
}

/**
 * Sixteen writers at once, spread over the processes of a cluster: each has a process of its own, goes to another one
 * when that one is away, and comes back. Six raise shared counters with `if_revision`, four create users with usernames
 * that others want, too, three deactivate and reactivate a user of their own, three have tasks done on thirty users.
 */
export class ClusterLoad {
  readonly history = new CallHistory();
  /** How the tasks ended that were acknowledged. */
  readonly tasks: Task[] = [];
  readonly registers: readonly string[];
  readonly #nodes: readonly ClusterNode[];
  readonly #random: () => number;
  readonly #name: string;
  readonly #away = new Map<ClusterNode, number>();
  readonly #watcher: ServerClient;
  #count = 0;
  #stopped = false;
  #writers: Promise<void>[] = [];

  /**
   * @param name like that of no other load of the same cluster.
   * @param watcher waits for the tasks to end.
   */
  constructor(
    nodes: readonly ClusterNode[],
    { name, random, watcher }: { name: string; random: () => number; watcher: ServerClient },
  ) {
    this.#nodes = nodes;
    this.#name = name;
    this.#random = random;
    this.#watcher = watcher;
    this.registers = Array.from({ length: REGISTERS }, (_, index) => `${name}-register-${index}`);
  }

  async start(): Promise<void> {
    const client = this.#nodes[0]?.client as ServerClient;
    await client.updateAppSettings({ enforce_unique_usernames: 'app' });
    await client.upsertUsers(this.registers.map(id => ({ id, n: 1, mark: 'first' })));
    const kinds = [
      ...Array.from({ length: 6 }, () => (home: number) => this.#raise(home)),
      ...Array.from({ length: 4 }, () => (home: number) => this.#create(home)),
      ...Array.from({ length: 3 }, (_, index) => (home: number) => this.#toggle(home, index)),
      ...Array.from({ length: 3 }, () => (home: number) => this.#haveTasksDone(home)),
    ];
    this.#writers = kinds.map(async (write, home) => {
      while (!this.#stopped) {
        await write(home);
        await sleep(this.#random() * PAUSE_MS);
      }
    });
  }

  /** Asks for nothing new any more; resolves when everything that was asked for has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#writers);
  }

  async #raise(home: number): Promise<void> {
    const id = this.registers[Math.floor(this.#random() * REGISTERS)] as string;
    const found = await this.#read(home, client => client.queryUsers({ id }));
    const user = found?.users[0];
    if (!user) return;
    const n = Number(user.custom.n) + 1;
    await this.#write(home, 'raise', [id], (client, mark) =>
      client.upsertUsers([{ id, n, mark, if_revision: user.revision }]),
    );
  }

  /** Half of the batches want a name that others want at the same time: at most one of them gets it. */
  async #create(home: number): Promise<void> {
    const wanted = `wanted ${this.#name} ${Math.floor(this.#count / 40)}`;
    const contested = this.#random() < 0.5;
    const ids = (mark: string) => Array.from({ length: CREATED_AT_ONCE }, (_, index) => `${mark}-${index}`);
    await this.#write<UsersAnswer>(home, 'create', ids, (client, mark) =>
      client.upsertUsers(
        ids(mark).map((id, index) => ({ id, mark, name: contested && index === 1 ? wanted : id })),
      ),
    );
  }

  async #toggle(home: number, index: number): Promise<void> {
    const id = `${this.#name}-toggled-${index}`;
    const found = await this.#read(home, client =>
      client.queryUsers({ id }, [], { include_deactivated_users: true }),
    );
    if (!found) return;
    const [user] = found.users;
    if (!user) await this.#write(home, 'first', [id], (client, mark) => client.upsertUsers([{ id, mark }]));
    else if (user.deactivated_at === undefined)
      await this.#write<User>(home, 'off', [id], client => client.deactivateUser(id));
    else await this.#write<User>(home, 'on', [id], client => client.reactivateUser(id));
  }

  async #haveTasksDone(home: number): Promise<void> {
    const ids = Array.from({ length: USERS_OF_TASK }, (_, index) => `${this.#name}-t${this.#count}-${index}`);
    const made = await this.#write(home, 'first', ids, (client, mark) =>
      client.upsertUsers(ids.map(id => ({ id, mark }))),
    );
    if (made.outcome !== 'ok') return;
    const steps: [Step, (client: ServerClient) => Promise<AskedTask>][] = [
      ['deactivate', client => client.deactivateUsers(ids)],
      ['reactivate', client => client.reactivateUsers(ids)],
      ['delete', client => client.deleteUsers(ids)],
      ['restore', client => client.restoreUsers(ids)],
    ];
    for (const [step, ask] of steps) {
      const asked = await this.#write<AskedTask>(home, step, ids, ask);
      if (asked.outcome !== 'ok' || !asked.answer) return;
      this.tasks.push(await this.#watcher.waitForTask(asked.answer.task_id));
    }
  }

  async #read<Answer>(
    home: number,
    read: (client: ServerClient) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    const node = this.#nodeFor(home);
    try {
      return await inTime(read(node.client));
    } catch {
      this.#leave(node);
      return undefined;
    }
  }

  async #write<Answer>(
    home: number,
    kind: string,
    ids: readonly string[] | ((mark: string) => string[]),
    write: (client: ServerClient, mark: string) => Promise<Answer>,
  ): Promise<Call<Answer>> {
    const node = this.#nodeFor(home);
    const mark = `${this.#name}-${this.#count++}`;
    const asked = { mark, kind, node: node.name, ids: typeof ids === 'function' ? ids(mark) : ids };
    const call = await this.history.make(asked, () => write(node.client, mark));
    if (call.error?.code === 'UNAVAILABLE') this.#leave(node);
    return call;
  }

  #nodeFor(home: number): ClusterNode {
    const { length } = this.#nodes;
    const order = this.#nodes.map((_, index) => this.#nodes[(home + index) % length] as ClusterNode);
    const now = performance.now();
    return order.find(node => (this.#away.get(node) ?? 0) <= now) ?? (order[0] as ClusterNode);
  }

  #leave(node: ClusterNode): void {
    this.#away.set(node, performance.now() + AWAY_MS);
  }
}
