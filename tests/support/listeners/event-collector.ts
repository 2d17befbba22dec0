import type { RollcallEvent } from '@rollcall/protocol';
import { until } from '../until.js';

/** What a client must offer to be listened to. */
export interface EventSource {
  watchEvents(options: {
    signal: AbortSignal;
    lastEventId?: string;
  }): AsyncIterable<{ type: string; id?: string }> & { readonly ready: Promise<unknown> };
}

/** Listens in the background and keeps everything it hears, in order. */
export class EventCollector {
  readonly events: (RollcallEvent | { type: 'resync'; id?: string })[] = [];
  readonly #abort = new AbortController();
  readonly #ended: Promise<void>;
  error: unknown;
  /** Resolves when the stream has begun; rejects when it is refused. */
  readonly ready: Promise<unknown>;

  constructor(source: EventSource, options: { lastEventId?: string } & Record<string, unknown> = {}) {
    const stream = source.watchEvents({ ...options, signal: this.#abort.signal });
    this.ready = stream.ready;
    // Who does not ask for it finds the refusal in `error`.
    this.ready.catch(() => undefined);
    this.#ended = this.#listen(stream);
  }

  /** `type user-id` of every event about a user, else the type. */
  get names(): string[] {
    return this.events.map(event => ('user' in event ? `${event.type} ${event.user.id}` : event.type));
  }

  /** The numbers of the positions, in the order of arrival. */
  get positions(): number[] {
    return this.events.map(event => Number(event.id?.split('.')[1]));
  }

  /** Waits for so many events. */
  async count(count: number, timeoutMs?: number): Promise<void> {
    await until(
      `${count} events; there are ${this.events.length}`,
      () => this.events.length >= count,
      timeoutMs,
    );
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#ended;
  }

  async #listen(source: AsyncIterable<unknown>): Promise<void> {
    try {
      for await (const event of source) this.events.push(event as RollcallEvent);
    } catch (error) {
      this.error = error;
    }
  }
}
