/** Who keeps a set of users by `matched` has what a query finds, whatever happens to the users. */
import { type Directory, openDirectory, type Principal, tombstoneOf } from '@rollcall/core';
import { CALLER_BUDGETS, type Filter, isEnded, type RollcallEvent, type UserEvent } from '@rollcall/protocol';
import { describeOnEveryEngine, RUNS_WHOLE } from '@rollcall/testing';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { appRouter } from '../src/app-router.js';
import { resolveCaller } from '../src/caller.js';
import { CallerBudgets } from '../src/caller-budget.js';
import { Listener } from './support/listener.js';
import { overviewOf } from './support/test-api.js';

const SERVER: Principal = { kind: 'server' };
const PEOPLE = ['ann', 'ben', 'cleo', 'dan', 'eve'];
const FILTERS: Filter[] = [
  {},
  { colour: 'red' },
  { colour: { $ne: 'red' } },
  { colour: null },
  { colour: { $in: ['red', 'blue'] }, size: { $gt: 1 } },
  { $or: [{ colour: 'blue' }, { size: { $lte: 1 } }] },
  { $nor: [{ colour: 'blue' }, { 'deep.list': 3 }] },
  { $and: [{ size: { $exists: true } }, { $nor: [{ teams: { $contains: 'b' } }] }] },
  { teams: { $contains: 'a' } },
  { teams: [] },
  { name: { $autocomplete: 'ja' } },
  { id: { $in: ['ann', 'dan'] } },
  { banned: true },
  { banned: false, role: 'admin' },
  { deactivated_at: { $exists: true } },
  { language: { $gte: 'en' } },
  { 'deep.list': 3 },
];

const values = fc.record(
  {
    name: fc.constantFrom('Jane Doe', 'Jack', 'Bo'),
    role: fc.constantFrom('user', 'admin'),
    teams: fc.subarray(['a', 'b']),
    language: fc.constantFrom('de', 'en', 'fr'),
    invisible: fc.boolean(),
    colour: fc.constantFrom('red', 'green', 'blue'),
    size: fc.integer({ min: 0, max: 3 }),
    deep: fc.record({ list: fc.constantFrom<unknown>(3, [1, 3], 'x') }),
  },
  { requiredKeys: [] },
);
const KINDS = [
  ...['upsert', 'upsert', 'upsert', 'update', 'update', 'update', 'away', 'back', 'back'],
  ...['deactivate', 'reactivate', 'reactivate', 'ban', 'unban', 'shadow', 'unshadow'],
  ...['soft', 'restore', 'restore', 'pruning', 'hard'],
] as const;
const steps = fc.array(
  fc.record({ kind: fc.constantFrom(...KINDS), who: fc.constantFrom(...PEOPLE), values }),
  { minLength: 20, maxLength: 45 },
);
type Step = { kind: (typeof KINDS)[number]; who: string; values: object };

/** What a call that the state does not allow may say. */
const REFUSED = ['USER_DELETED', 'USER_NOT_FOUND', 'USER_DEACTIVATED', 'USERNAME_TAKEN'];

describeOnEveryEngine('a listener that keeps a set by `matched`', engine => {
  let directory: Directory | undefined;
  const keepers: Keeper[] = [];
  const end = async () => {
    for (const keeper of keepers.splice(0)) await keeper.close();
    await directory?.close();
  };
  afterEach(end);

  const seed = Number(process.env.ROLLCALL_TEST_SEED ?? Date.now() % 1_000_000);
  // The two embedded engines run the same statements, so one of them takes all rounds.
  const isWhole = RUNS_WHOLE && engine.name !== 'better-sqlite3';
  const rounds = Number(process.env.ROLLCALL_TEST_ROUNDS ?? (isWhole ? 6 : 3));

  // Of an erased user no team is known, so to those of other tenants nobody tells that it was erased.
  it.each([
    ['one tenant', false, KINDS],
    ['several tenants', true, KINDS.filter(kind => kind !== 'hard' && kind !== 'pruning')],
  ] as const)('has what a query finds, live and after every absence: %s', async (_, tenants, kinds) => {
    console.log(`seed of kept sets: ${seed}`);
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 0, max: FILTERS.length - 1 }), async (program, first) => {
        await end();
        directory = await openDirectory({ databaseUrl: await engine.freshUrl() });
        const world = await World.open(directory, tenants);
        // A few filters at a time, and every one of them sooner or later.
        const filters = [0, 5, 11].map(offset => FILTERS[(first + offset) % FILTERS.length] as Filter);
        for (const filter of filters) {
          for (const principal of [SERVER, { kind: 'user', userId: 'me' } as const]) {
            keepers.push(await Keeper.open(world, principal, filter, 'stays'));
            keepers.push(await Keeper.open(world, principal, filter, 'comes and goes'));
          }
        }
        const lived = program.filter(({ kind }) => (kinds as readonly string[]).includes(kind));
        for (const [index, step] of lived.entries()) {
          await world.live(step);
          if (index % 6 === 5 || index === lived.length - 1) await checkAll(world, keepers);
        }
      }),
      { seed, numRuns: rounds, endOnFailure: true },
    );
  });
});

async function checkAll(world: World, keepers: readonly Keeper[]): Promise<void> {
  for (const keeper of keepers) await keeper.listen();
  // What was missed has been replayed; this comes live, and is the last that everybody hears.
  await world.mark();
  for (const keeper of keepers) await keeper.check();
}

/** The procedures, called with the token of a user or of a back end. */
function apiOf(directory: Directory, principal: Principal) {
  return appRouter.createCaller({
    authentication: { principal },
    directory,
    requestId: 'test',
    budgets: new CallerBudgets(CALLER_BUDGETS),
    overview: overviewOf(directory),
    address: '127.0.0.1',
  });
}

class World {
  readonly directory: Directory;
  readonly #api: ReturnType<typeof apiOf>;
  #marks = 0;

  private constructor(directory: Directory) {
    this.directory = directory;
    this.#api = apiOf(directory, SERVER);
  }

  static async open(directory: Directory, tenants: boolean): Promise<World> {
    const world = new World(directory);
    if (tenants) await world.#api.settings.update({ multi_tenant_enabled: true });
    await world.#api.users.upsert({
      users: [{ id: 'me', teams: ['a'] }, ...PEOPLE.map((id, n) => ({ id, teams: n % 2 ? ['a'] : [] }))],
    });
    await world.mark();
    return world;
  }

  /** Writes an entry that is for everybody. */
  async mark(): Promise<void> {
    this.#marks += 1;
    await this.#api.users.upsert({ users: [{ id: 'marker', teams: ['a'], mark: this.#marks }] });
  }

  async live({ kind, who, values }: Step): Promise<void> {
    try {
      await this.#do(kind, who, values);
    } catch (error) {
      if (!REFUSED.includes((error as { cause?: { code?: string } }).cause?.code ?? '')) throw error;
    }
  }

  async #do(kind: Step['kind'], who: string, values: object): Promise<unknown> {
    const { users, moderation } = this.#api;
    switch (kind) {
      case 'upsert':
        return users.upsert({ users: [{ id: who, ...values }] });
      case 'update':
        return users.partialUpdate({ users: [{ id: who, set: { touched: 1, ...values } as never }] });
      case 'away':
        return users.partialUpdate({ users: [{ id: who, set: { teams: ['b'] } }] });
      case 'back':
        return users.partialUpdate({ users: [{ id: who, set: { teams: ['a'] } }] });
      case 'deactivate':
        return users.deactivate({ id: who });
      case 'reactivate':
        return users.reactivate({ id: who });
      case 'ban':
        return moderation.ban({ id: who });
      case 'unban':
        return moderation.unban({ id: who });
      case 'shadow':
        return moderation.shadowBan({ id: who });
      case 'unshadow':
        return moderation.removeShadowBan({ id: who });
      case 'restore':
        return this.#ended(users.restoreMany({ ids: [who] }));
      case 'hard':
        return this.#ended(
          users.deleteMany({ ids: [who], user: 'hard', messages: 'hard', conversations: 'hard' }),
        );
      default:
        return this.#ended(users.deleteMany({ ids: [who], user: kind }));
    }
  }

  async #ended(answer: Promise<{ task_id: string }>): Promise<void> {
    const { task_id } = await answer;
    for await (const task of this.directory.tasks.watch(task_id, AbortSignal.timeout(60_000))) {
      if (isEnded(task.status)) return;
    }
  }
}

/** Keeps the set of a filter, as a client would: it begins with a query, and goes on by what it hears. */
class Keeper {
  readonly #world: World;
  readonly #principal: Principal;
  readonly #filter: Filter;
  readonly #habit: 'stays' | 'comes and goes';
  readonly #set: Set<string>;
  #listener: Listener | undefined;
  #position: string;
  #heard = 0;

  private constructor(
    world: World,
    who: { principal: Principal; filter: Filter; habit: 'stays' | 'comes and goes' },
    start: { found: Set<string>; position: string },
  ) {
    this.#world = world;
    this.#principal = who.principal;
    this.#filter = who.filter;
    this.#habit = who.habit;
    this.#set = start.found;
    this.#position = start.position;
  }

  static async open(
    world: World,
    principal: Principal,
    plain: Filter,
    habit: 'stays' | 'comes and goes',
  ): Promise<Keeper> {
    const filter = { $or: [plain, { id: 'marker' }] } as Filter;
    const start = await find(world.directory, principal, filter);
    const keeper = new Keeper(world, { principal, filter, habit }, start);
    if (habit === 'stays') await keeper.listen();
    return keeper;
  }

  /** Begins to listen, from where it left off. */
  async listen(): Promise<Listener> {
    this.#listener ??= new Listener(
      this.#world.directory,
      await resolveCaller(this.#world.directory, this.#principal),
      { filter: this.#filter, lastEventId: this.#position },
    );
    await this.#listener.begun();
    return this.#listener;
  }

  /** Hears everything up to now, and compares. */
  async check(): Promise<void> {
    const listener = await this.listen();
    await listener.caughtUp();
    for (const event of listener.events.slice(this.#heard)) this.#hear(event);
    this.#heard = listener.events.length;
    const { found, position } = await find(this.#world.directory, this.#principal, this.#filter);
    const who = `${JSON.stringify(this.#filter)} for a ${this.#principal.kind} that ${this.#habit}`;
    expect([...this.#set].sort(), who).toEqual([...found].sort());
    if (this.#habit === 'stays') return;
    await this.close();
    this.#position = position;
  }

  #hear(event: RollcallEvent): void {
    const { user, matched } = event as UserEvent;
    if (!matched) throw new Error(`an event without matched: ${JSON.stringify(event)}`);
    // An erased user goes by its tombstone, which a keeper knows by the ids that it has.
    const ids = [...this.#set].filter(id => id === user.id || tombstoneOf(id) === user.id);
    if (matched.after) this.#set.add(user.id);
    else if (matched.before) for (const id of ids) this.#set.delete(id);
  }

  async close(): Promise<void> {
    await this.#listener?.end();
    this.#listener = undefined;
    this.#heard = 0;
  }
}

async function find(directory: Directory, principal: Principal, filter: Filter) {
  const answer = await apiOf(directory, principal).users.query({ filter, options: { limit: 100 } });
  return { found: new Set(answer.users.map(user => user.id)), position: answer.position };
}
