import type { DirectoryMeter, EndedWrite } from './instruments.js';

/** Times one write, from when it is asked for, and tells a meter of its end. */
export class WriteClock {
  readonly #meter: DirectoryMeter;
  readonly #askedAt = performance.now();
  #begunAt: number | undefined;
  #commitsAt: number | undefined;

  constructor(meter: DirectoryMeter) {
    this.#meter = meter;
  }

  /** It is its turn. */
  begins(): void {
    this.#begunAt = performance.now();
  }

  commits(): void {
    this.#commitsAt = performance.now();
  }

  ended(outcome: EndedWrite['outcome']): void {
    const now = performance.now();
    const begunAt = this.#begunAt ?? now;
    this.#meter.wrote({
      outcome,
      waitMs: begunAt - this.#askedAt,
      heldMs: now - begunAt,
      ...(this.#commitsAt !== undefined && { commitMs: now - this.#commitsAt }),
    });
  }
}
