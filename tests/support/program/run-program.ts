import { type Client, createClient } from '@rollcall/client';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { isEnded, type Task } from '@rollcall/protocol';
import { EventCollector } from '../listeners/event-collector.js';
import { SECRET } from '../processes/server-process.js';
import { until } from '../until.js';
import { Dice } from './dice.js';
import { type Answer, ProgramCaller } from './program-caller.js';
import { ProgramListeners } from './program-listeners.js';
import { EVE } from './program-world.js';
import { type Json, SameForm, type StepTimes } from './same-form.js';
import type { Step, StepInput } from './step.js';

/** What one set-up made of a program, in the form that is alike everywhere. */
export interface Transcript {
  /** What was answered, step by step. */
  answers: Json[];
  /** What a back end heard while it happened; of what is scrubbed only the type. */
  heard: Json[];
  /** What a user heard of herself and her friends while it happened. */
  heardByEve: Json[];
  /** The log as it is read in the end. */
  log: Json[];
  /** The same, read where the back end listened all the time: from the memory of that process. */
  remembered: Json[];
  /** The paths that were called with success. */
  succeeded: Set<string>;
  /** How many steps were refused. */
  refused: number;
}

/** Runs a program, one step after the other, each on one of the servers by chance. */
export async function runProgram(
  steps: readonly Step[],
  urls: readonly string[],
  random: () => number,
): Promise<Transcript> {
  const run = new ProgramRun(urls, random);
  try {
    return await run.all(steps);
  } finally {
    await run.close();
  }
}

/** The listeners begin when the people are there. */
const FIRST_HEARD_STEP = 2;

const REMEMBERED_AT_ONCE = 25;

/**
 * Such a call may close connections. Who comes back hears what happened meanwhile in the form of a replay, so nothing happens until
 * everybody is back.
 */
const CHANGES_RIGHTS = /^(?:settings|roles|tokens)\./;

class ProgramRun {
  readonly #dice: Dice;
  readonly #urls: readonly string[];
  readonly #began = Date.now();
  readonly #caller = new ProgramCaller(this.#began);
  readonly #backEnds: ServerClient[];
  readonly #answers: { answer: Answer; after?: Json }[] = [];
  readonly #times: StepTimes[] = [];
  readonly #succeeded = new Set<string>(['live.events']);
  /** On which server the back end listens. */
  readonly #listening: number;
  #listeners: ProgramListeners | undefined;

  constructor(urls: readonly string[], random: () => number) {
    this.#dice = new Dice(random);
    this.#urls = urls;
    this.#listening = this.#dice.whole(0, urls.length - 1);
    this.#backEnds = urls.map(url => createServerClient({ url, secret: SECRET }));
  }

  async all(steps: readonly Step[]): Promise<Transcript> {
    const start = await this.#position();
    const scrubbed: [from: number, to: number][] = [];
    for (const [index, step] of steps.entries()) {
      if (index === FIRST_HEARD_STEP) {
        const eve = this.#dice.pick(this.#urls);
        const urls = { backEnd: this.#urls[this.#listening] as string, eve };
        this.#listeners = await ProgramListeners.open(urls, start.id);
        await this.#isOnline(EVE, true);
      }
      if (step.scrubs) await this.#listeners?.catchUp();
      const before = step.scrubs || step.until === 'news' ? (await this.#position()).seq : 0;
      await this.#step(step, before);
      if (step.scrubs) scrubbed.push([before, (await this.#position()).seq]);
      if (CHANGES_RIGHTS.test(step.path)) await this.#listeners?.catchUp();
    }
    const listeners = this.#listeners as ProgramListeners;
    await listeners.catchUp();
    const form = new SameForm(this.#times, start.id.split('.')[0] as string);
    const thin = (event: Json): Json => {
      const { id, type } = event as { id: string; type: string };
      const at = Number(id.split('.')[1]);
      return scrubbed.some(([from, to]) => from < at && at <= to) ? { id, type } : event;
    };
    const end = (await this.#position()).seq;
    const log = await this.#logBetween(start, end, this.#dice.pick(this.#backEnds));
    // From one place after the other, since nobody knows from where on the process has it in memory.
    const remembered: Json[] = [];
    for (let seq = start.seq; seq < end; seq += REMEMBERED_AT_ONCE) {
      const from = { id: start.id.replace(/\d+$/, String(seq)), seq };
      const upTo = Math.min(end, seq + REMEMBERED_AT_ONCE);
      remembered.push(
        ...(await this.#logBetween(from, upTo, this.#backEnds[this.#listening] as ServerClient)),
      );
    }
    return {
      answers: steps.map((step, index) => form.of({ step, ...this.#answers[index] } as unknown as Json)),
      heard: listeners.all.map(event => form.of(thin(event))),
      heardByEve: listeners.hers.map(event => form.of(event)),
      log: log.map(event => form.of(event)),
      remembered: remembered.map(event => form.of(event)),
      succeeded: this.#succeeded,
      refused: this.#answers.filter(({ answer }) => answer.error !== undefined).length,
    };
  }

  async close(): Promise<void> {
    await this.#listeners?.stop();
    await Promise.all(this.#backEnds.map(backEnd => backEnd.disconnect()));
  }

  async #step(step: Step, seqBefore: number): Promise<void> {
    const from = Date.now();
    const visitor = step.visitor === undefined ? undefined : await this.#come(step.visitor);
    const input = this.#resolved(step.input, from);
    const answer = await this.#call({ ...step, input });
    const after = answer.data === undefined ? undefined : await this.#wait(step, answer.data, seqBefore);
    if (visitor) await this.#leave(visitor, step.visitor as string);
    if (answer.data !== undefined) this.#succeeded.add(step.path);
    this.#answers.push({ answer, ...(after !== undefined && { after }) });
    const to = Date.now();
    this.#times.push({ from, to });
    // So that a time tells during which step it was.
    while (Date.now() === to) await new Promise(setImmediate);
  }

  /** Waits for what the step is to be followed by; answers with what has become of it. */
  async #wait(step: Step, data: Json, seqBefore: number): Promise<Json | undefined> {
    if (step.until === 'task') return this.#endOfTask((data as { task_id: string }).task_id);
    if (step.until === 'quiet') {
      await until('no task is under way', async () => !(await this.#isWorking()));
    }
    if (step.until === 'news') {
      await until('a ban runs out', async () => (await this.#position()).seq >= seqBefore + 2);
    }
    return undefined;
  }

  /** Whether one of the latest tasks has not ended: one look, so that none slips from one state to the next. */
  async #isWorking(): Promise<boolean> {
    const { data } = await this.#call({ as: 'server', path: 'tasks.list', input: { limit: 10 } });
    const { tasks } = data as unknown as { tasks: Task[] };
    return tasks.some(({ status }) => !isEnded(status));
  }

  /** How a task ended, and the lines of its file where it has one. */
  async #endOfTask(taskId: string): Promise<Json> {
    const task = await this.#dice.pick(this.#backEnds).waitForTask(taskId);
    this.#succeeded.add('live.task');
    const url = task.result?.export?.url;
    if (url === undefined) return task as unknown as Json;
    const { pathname, search } = new URL(url);
    const file = await (await fetch(`${this.#dice.pick(this.#urls)}${pathname}${search}`)).text();
    const lines = file.split('\n').slice(0, -1);
    return { task: task as unknown as Json, lines: lines.map(line => JSON.parse(line) as Json) };
  }

  /** Somebody comes online on one process, which is seen on another. */
  async #come(id: string): Promise<Client> {
    const client = createClient({ url: this.#dice.pick(this.#urls) });
    await client.connectUser({ id }, await this.#dice.pick(this.#backEnds).createToken(id));
    await this.#isOnline(id, true);
    return client;
  }

  async #leave(client: Client, id: string): Promise<void> {
    await client.disconnectUser();
    await this.#isOnline(id, false);
  }

  /** Resolves when every listener that follows the presence of a user has been told. */
  async #isOnline(id: string, online: boolean): Promise<void> {
    const signal = AbortSignal.timeout(30_000);
    for await (const { user } of this.#dice.pick(this.#backEnds).watchPresence([id], { signal })) {
      this.#succeeded.add('live.presence');
      if (user.online === online) return;
    }
    throw new Error(`${id} did not become ${online ? 'online' : 'offline'}`);
  }

  #call(step: { as: string; path: string; input?: unknown }): Promise<Answer> {
    return this.#caller.call(this.#dice.pick(this.#urls), step);
  }

  async #position(): Promise<{ id: string; seq: number }> {
    const input = { options: { limit: 1 } };
    const { data } = await this.#call({ as: 'server', path: 'users.query', input });
    const id = (data as { position: string }).position;
    return { id, seq: Number(id.split('.')[1]) };
  }

  async #logBetween(from: { id: string; seq: number }, end: number, backEnd: ServerClient): Promise<Json[]> {
    const reader = new EventCollector(backEnd, { lastEventId: from.id });
    await reader.count(end - from.seq);
    await reader.stop();
    return reader.events.slice(0, end - from.seq) as unknown as Json[];
  }

  /** An input with what is known by now in the places of its placeholders; what is not there is left out. */
  #resolved(input: StepInput, now: number): unknown {
    if (typeof input !== 'object' || input === null) return input;
    if (Array.isArray(input)) return input.map((one: StepInput) => this.#resolved(one, now));
    const object = input as { readonly [name: string]: StepInput };
    if (typeof object.$time === 'number') return this.#began + object.$time;
    if (typeof object.$now === 'number') return now + object.$now;
    if (Array.isArray(object.$answer)) {
      const [step, path] = object.$answer as [number, string[]];
      return path.reduce<unknown>(
        (part, name) => (part as Record<string, unknown> | undefined)?.[name],
        this.#answers[step]?.answer.data,
      );
    }
    return Object.fromEntries(
      Object.entries(object).map(([name, value]) => [name, this.#resolved(value, now)]),
    );
  }
}
