import { type Client, createClient } from '@rollcall/client';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { EventCollector } from '../listeners/event-collector.js';
import { SECRET } from '../processes/server-process.js';
import { until } from '../until.js';
import { EVE, FRIENDS } from './program-world.js';
import type { Json } from './same-form.js';

/** Enough for a reader that was closed and comes back, on a busy machine. */
const WITHIN_MS = 30_000;

/** A back end that hears everything, and Eve, who hears of herself and her friends; each on a server of its own. */
export class ProgramListeners {
  readonly #backEnd: ServerClient;
  readonly #eve: Client;
  readonly #all: EventCollector;
  readonly #hers: EventCollector;
  #marks = 0;

  private constructor(parts: {
    backEnd: ServerClient;
    eve: Client;
    all: EventCollector;
    hers: EventCollector;
  }) {
    this.#backEnd = parts.backEnd;
    this.#eve = parts.eve;
    this.#all = parts.all;
    this.#hers = parts.hers;
  }

  /** Begins to listen after a position. */
  static async open(urls: { backEnd: string; eve: string }, lastEventId: string): Promise<ProgramListeners> {
    const backEnd = createServerClient({ url: urls.backEnd, secret: SECRET });
    const eve = createClient({ url: urls.eve });
    await eve.connectUser({ id: EVE }, () => backEnd.createToken(EVE));
    const all = new EventCollector(backEnd, { lastEventId });
    const hers = new EventCollector(eve, { lastEventId, user_ids: [...FRIENDS] });
    return new ProgramListeners({ backEnd, eve, all, hers });
  }

  /** What the back end heard. */
  get all(): Json[] {
    return this.#all.events as unknown as Json[];
  }

  /** What Eve heard. */
  get hers(): Json[] {
    return this.#hers.events as unknown as Json[];
  }

  /** Waits until both have heard everything so far; to know so of Eve, something about her is written. */
  async catchUp(): Promise<void> {
    this.#marks++;
    const users = [{ id: EVE, set: { mark: this.#marks } }];
    await this.#backEnd.partialUpdateUsers(users);
    for (const listener of [this.#all, this.#hers]) {
      await until(
        `a listener hears mark ${this.#marks}: ${JSON.stringify(listener.error ?? listener.names.slice(-3))}`,
        () => listener.events.some(event => 'user' in event && event.user.custom?.mark === this.#marks),
        WITHIN_MS,
      );
    }
  }

  async stop(): Promise<void> {
    await this.#all.stop();
    await this.#hers.stop();
    await this.#eve.disconnectUser();
    await this.#backEnd.disconnect();
  }
}
