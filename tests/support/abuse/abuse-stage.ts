import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { freshDatabaseUrl, type TestEngine } from '@rollcall/testing';
import { expect } from 'vitest';
import { SECRET, type ServerProcess, startServerProcess } from '../processes/server-process.js';
import { EverybodyElse, type Experience } from './everybody-else.js';

/** Who is there besides the one at its worst. */
const USERS = 20_000;

/** What everybody else may feel of one ordinary caller (docs/contract/limits.md). */
export const PROMISED = { p99Ms: 250, grownMiB: 150 };

/** What came of an abuse: what the others saw, and how much memory the server took. */
export interface Outcome extends Experience {
  /** The most memory that the server held, beyond what it held before. */
  grownMiB: number;
}

/** A real server with many users on it, and the means to see how everybody else fares. */
export class AbuseStage {
  readonly #process: ServerProcess;
  /** A back end that has nothing to do with the abuser. */
  readonly backEnd: ServerClient;

  private constructor(process: ServerProcess, backEnd: ServerClient) {
    this.#process = process;
    this.backEnd = backEnd;
  }

  /** @param env settings of the server; by default it has all its limits as they come. */
  static async open(engine: TestEngine['name'], env: Record<string, string> = {}): Promise<AbuseStage> {
    const process = await startServerProcess({ databaseUrl: await freshDatabaseUrl(engine), env });
    const backEnd = createServerClient({ url: process.url, secret: SECRET });
    const people = Array.from({ length: USERS }, (_, index) => ({
      id: `person-${index}`,
      name: `Person ${index}`,
      age: index % 90,
      city: `city-${index % 500}`,
      tags: [`tag-${index % 7}`, `tag-${index % 11}`],
      address: { street: `street-${index % 1000}`, number: index % 200 },
    }));
    const { failed } = await backEnd.importUsers(people, { concurrency: 4 });
    if (failed > 0) throw new Error(`${failed} of the people of the stage could not be made`);
    return new AbuseStage(process, backEnd);
  }

  get url(): string {
    return this.#process.url;
  }

  /** What the server has printed and logged so far. */
  output(): string {
    return this.#process.output();
  }

  /** Resolves with the exit code of the server. */
  async close(): Promise<number | null> {
    await this.backEnd.disconnect();
    return this.#process.stop();
  }

  /**
   * Lets somebody do its worst, and says what the others saw from the first moment to a second after the last.
   * @param abuse what it does.
   */
  async during(abuse: () => Promise<void>): Promise<Outcome> {
    const before = await this.#memoryMiB();
    let most = before;
    let over = false;
    const watching = (async () => {
      while (!over) {
        most = Math.max(most, await this.#memoryMiB());
        await sleep(50);
      }
    })();
    const others = new EverybodyElse(this.url, this.#ordinaryCalls()).start();
    try {
      await abuse();
      await sleep(1000);
    } finally {
      over = true;
      await watching;
    }
    const outcome = { ...(await others.stop()), grownMiB: Math.round(most - before) };
    const { p99Ms, grownMiB } = outcome;
    console.log(
      `${expect.getState().currentTestName}: others p99 ${Math.round(p99Ms)} ms, memory +${grownMiB} MiB`,
    );
    return outcome;
  }

  #ordinaryCalls(): (() => Promise<unknown>)[] {
    let turn = 0;
    const someone = () => `person-${(turn++ * 7919) % USERS}`;
    return [
      () => this.backEnd.queryUsers({ id: someone() }),
      () => this.backEnd.partialUpdateUser({ id: someone(), set: { mood: turn } }),
      () => this.backEnd.queryUsers({}, [{ field: 'created_at', direction: -1 }], { limit: 10 }),
      () => this.backEnd.partialUpdateUser({ id: someone(), set: { age: turn % 90 } }),
    ];
  }

  async #memoryMiB(): Promise<number> {
    const status = await readFile(`/proc/${this.#process.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
  }
}
