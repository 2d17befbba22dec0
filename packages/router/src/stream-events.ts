import { formatPosition, type Position } from '@rollcall/protocol';
import { tracked } from '@trpc/server';
import { catchUp, MAX_SILENT_ENTRIES } from './catch-up.js';
import type { CallerConnection } from './context.js';
import { type Delivery, deliveries } from './deliveries.js';
import { frameOf } from './encode-frame.js';
import { hubOf } from './event-hub.js';
import { EventViewer } from './event-viewer.js';
import type { HubListener } from './hub-listener.js';
import { measuredPage } from './measured-page.js';
import type { EndTurn, Outlet } from './outlet.js';
import { Replay } from './replay.js';
import { SharedFilter } from './shared-filters.js';
import { FrameAddress, ShownPage } from './shown-page.js';
import type { StreamEventsOptions, TrackedPage } from './stream-options.js';
import { takeTurn } from './take-turn.js';

/**
 * The events of the log for one listener, page by page, in commit order, none missing and none twice. It yields tracked
 * items only, because an untracked item would make the client lose its position. The first page comes at once. Its position
 * says where the stream begins, even if nothing ever happens.
 */
export function streamEvents(options: StreamEventsOptions): EventStream {
  return new EventStream(options.signal, () => options);
}

/**
 * What {@link streamEvents} promises, of options that are asked for with the first page.
 *
 * A listener that has caught up is served by the hub (`event-hub.ts`), and hands out what concerns it when it is its turn
 * (`deliveries.ts`). One that lags reads pages of the log (`catch-up.ts`). What a user token missed is judged by what it may
 * see now, too (`replay.ts`).
 *
 * Most listeners wait most of the time, and there are thousands. So this is no generator: while it waits it keeps itself,
 * its place in the hub and one promise.
 */
export class EventStream implements AsyncIterableIterator<TrackedPage>, Delivery {
  readonly #signal: AbortSignal;
  /** Asked once, with the first page. */
  #open: (() => StreamEventsOptions) | undefined;
  #options: StreamEventsOptions | undefined;
  #listener: HubListener | undefined;
  #releaseFilter: (() => void) | undefined;
  /** The pages of the log, while the listener catches up. */
  #pages: AsyncGenerator<TrackedPage, Position | undefined> | undefined;
  /** Up to where the listener has heard everything, while the hub serves it; undefined while it catches up. */
  #at: Position | undefined;
  /** How far it knows that it is. */
  #toldSeq = 0;
  /** Answers the reader that waits for the next page. */
  #answer: ((result: IteratorResult<TrackedPage> | PromiseLike<never>) => void) | undefined;
  /** Where the pages of this stream go, once the first one was sent. */
  readonly #address = new FrameAddress();
  /** The page that was handed out is on its way when the reader asks for the next one. */
  #endTurn: EndTurn | undefined;
  /** It waits once, however much comes meanwhile. */
  #waitsForTurn = false;
  #isOver = false;

  constructor(signal: AbortSignal, open: () => StreamEventsOptions) {
    this.#signal = signal;
    this.#open = open;
  }

  next(): Promise<IteratorResult<TrackedPage>> {
    this.#passOn();
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined });
    return new Promise(resolve => {
      this.#answer = resolve;
      if (!this.#at) void this.#readOn();
      else if (this.#listener?.hasNews) this.onNews();
    });
  }

  async return(): Promise<IteratorResult<TrackedPage>> {
    this.#close();
    await this.#pages?.return(undefined);
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The signal has aborted. */
  handleEvent(): void {
    this.#close();
  }

  /** The hub has something for the listener, which waits for its turn if its reader waits for it. */
  onNews(): void {
    if (this.#answer && this.#at && !this.#waitsForTurn) deliveries.add(this);
  }

  /** Which line it waits in. */
  get caller(): string {
    return this.#options?.connection?.caller ?? '';
  }

  /** It is the turn of this listener: takes from the hub what is for it, and hands it out. */
  deliver(): void {
    const connection = this.#options?.connection;
    if (!this.#answer || !this.#at) return;
    if (!connection) this.#handOut();
    else if (this.#address.head !== undefined && connection.outlet.isFree) this.#handOut(connection.outlet);
    else void this.#deliverLater(connection);
  }

  /** Others have the turn on its connection, there is no room, or it cannot be sent to by itself. */
  async #deliverLater(connection: CallerConnection): Promise<void> {
    this.#waitsForTurn = true;
    const endTurn = await takeTurn(connection, this.#signal);
    this.#waitsForTurn = false;
    if (!endTurn) this.#close();
    else if (this.#answer && this.#at) {
      this.#endTurn = endTurn;
      this.#handOut();
    } else endTurn();
  }

  /** @param outlet sends the page at once; absent: the reader gets it. */
  #handOut(outlet?: Outlet): void {
    try {
      const page = this.#take();
      const instruments = this.#options?.instruments;
      if (!page) this.#passOn();
      else if (instruments) measuredPage(instruments, page, () => this.#send(page, outlet));
      else this.#send(page, outlet);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (!this.#at) void this.#readOn();
    // What did not fit waits for another turn.
    else if (this.#listener?.hasNews) this.onNews();
  }

  #send(page: TrackedPage, outlet: Outlet | undefined): void {
    const { head } = this.#address;
    if (outlet && head !== undefined) outlet.send(frameOf(head, page));
    else this.#settle({ done: false, value: page });
  }

  /** What the hub has for the listener; undefined when that is nothing, and when it has to read the log by itself. */
  #take(): TrackedPage | undefined {
    const listener = this.#listener as HubListener;
    const batch = listener.take();
    if (!batch) {
      const position = this.#at as Position;
      this.#at = undefined;
      listener.detach();
      this.#pages = catchUp(this.#options as StreamEventsOptions, {
        listener,
        address: this.#address,
        position,
      });
      return undefined;
    }
    const { events, upTo } = batch;
    this.#at = upTo;
    if (events.length === 0 && upTo.seq - this.#toldSeq < MAX_SILENT_ENTRIES) return undefined;
    this.#toldSeq = upTo.seq;
    return tracked(formatPosition(upTo), new ShownPage(events, { address: this.#address }));
  }

  /** Reads the next page of the log, until the hub takes the listener over. */
  async #readOn(): Promise<void> {
    try {
      this.#pages ??= await this.#begin();
      if (this.#isOver) return;
      const { done, value } = await this.#pages.next();
      if (!done) this.#settle({ done, value });
      else if (value) this.#follow(value);
      else this.#close();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #begin(): Promise<AsyncGenerator<TrackedPage, Position | undefined>> {
    const options = this.#open?.() as StreamEventsOptions;
    this.#open = undefined;
    this.#options = options;
    this.#signal.addEventListener('abort', this);
    const { log, users, caller, selection, after } = options;
    const hub = hubOf(log);
    const { filter } = selection;
    const shared = filter && !(filter instanceof SharedFilter) ? hub.filters.take(filter) : undefined;
    this.#releaseFilter = shared?.release;
    const viewer = new EventViewer(caller, { ...selection, ...(shared && { filter: shared.filter }) });
    const listener = hub.add(viewer, this);
    this.#listener = listener;
    if (this.#signal.aborted) this.#close();
    const end = after && caller.kind === 'server' ? undefined : await log.position();
    const replay = after && end && new Replay({ caller, viewer, users }, end);
    return catchUp(options, {
      listener,
      address: this.#address,
      position: (after ?? end) as Position,
      replay,
    });
  }

  #follow(position: Position): void {
    this.#pages = undefined;
    this.#at = position;
    this.#toldSeq = position.seq;
    if (this.#listener?.hasNews) this.onNews();
  }

  #settle(result: IteratorResult<TrackedPage> | PromiseLike<never>): void {
    const answer = this.#answer;
    this.#answer = undefined;
    answer?.(result);
  }

  #fail(error: unknown): void {
    const answer = this.#answer;
    this.#answer = undefined;
    this.#close();
    answer?.(Promise.reject(error));
  }

  #passOn(): void {
    const endTurn = this.#endTurn;
    this.#endTurn = undefined;
    endTurn?.();
  }

  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#signal.removeEventListener('abort', this);
    this.#passOn();
    this.#listener?.close();
    this.#releaseFilter?.();
    this.#options?.release?.();
    this.#settle({ done: true, value: undefined });
  }
}
