import { slices } from '@rollcall/router';
import type { WebSocket } from 'ws';
import type { Reading } from './reading.js';

/** What an inbox works with. */
export interface InboxOptions {
  reading: Reading;
  /** In which line it waits for its turn, as far as is known by now whose socket it is. */
  line: () => string;
  /** Hears of each message when it has arrived, before its turn. */
  arrived?: () => void;
}

/**
 * Holds back what a socket has received until it is the turn of its caller: a caller that sends much, over however many
 * sockets, does not keep the thread from everybody else. Order is kept. While something waits, the socket is not read from,
 * so it holds no more than what had arrived by then.
 */
export class Inbox {
  readonly #options: InboxOptions;
  #waiting: (() => void)[] = [];
  #isEmptied = false;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** Takes the messages of a socket in, before anybody else hears of them. */
  attach(socket: WebSocket): void {
    const emit = socket.emit.bind(socket) as (...args: unknown[]) => boolean;
    socket.emit = (...args: unknown[]) => {
      if (args[0] !== 'message') return emit(...args);
      this.#options.arrived?.();
      this.#put(() => emit(...args));
      return true;
    };
  }

  /** Drops what waits: nobody hears of it any more. */
  empty(): void {
    this.#waiting = [];
  }

  #put(handOn: () => void): void {
    this.#waiting.push(handOn);
    if (this.#isEmptied) return;
    this.#isEmptied = true;
    this.#handOn();
  }

  /** Hands on what waits, one by one. */
  #handOn(): void {
    const { reading, line } = this.#options;
    for (;;) {
      if (this.#waiting.length === 0) break;
      const turn = slices.turn(line());
      if (turn) {
        reading.hold('inbox');
        void turn.then(() => this.#handOnOne());
        return;
      }
      this.#waiting.shift()?.();
    }
    // An array keeps the room that it once had.
    this.#waiting = [];
    this.#isEmptied = false;
    reading.letGo('inbox');
  }

  #handOnOne(): void {
    this.#waiting.shift()?.();
    this.#handOn();
  }
}
