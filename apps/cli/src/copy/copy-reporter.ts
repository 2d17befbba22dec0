import type { OutputStream } from '../context.js';
import { terminalText } from '../output/terminal-text.js';
import { type ProgressReporter, reportProgress } from '../progress/reporter.js';

/** How a copy gets on, as `copy` of the server tells it. */
export interface CopyProgress {
  stage: 'copying' | 'waiting' | 'finishing';
  rows: number;
  total: number;
}

/** How long a copy took. */
export interface CopyTimes {
  elapsedMs: number;
  /** Since the source was nobody's; absent when it never was. */
  finishingMs?: number;
}

/** Shows how a copy gets on: a bar for each way through the rows, and a line when the server may be stopped. */
export class CopyReporter {
  readonly #stream: OutputStream;
  readonly #from: string;
  readonly #startedAt = performance.now();
  #finishingAt: number | undefined;
  #stage: CopyProgress['stage'] | undefined;
  #progress: ProgressReporter | undefined;

  constructor(stream: OutputStream, from: string) {
    this.#stream = stream;
    this.#from = from;
  }

  update({ stage, rows, total }: CopyProgress): void {
    if (stage !== this.#stage) this.#enter(stage);
    // While it waits it goes over the rows now and then; that is nobody's business.
    if (stage === 'waiting') return;
    this.#progress?.update({
      done: rows,
      failed: 0,
      ...(total > 0 && { fraction: Math.min(rows / total, 1) }),
    });
  }

  /** Ends the bar. @returns how long everything took. */
  stop(): CopyTimes {
    this.#progress?.stop();
    this.#progress = undefined;
    const now = performance.now();
    return {
      elapsedMs: now - this.#startedAt,
      ...(this.#finishingAt !== undefined && { finishingMs: now - this.#finishingAt }),
    };
  }

  #enter(stage: CopyProgress['stage']): void {
    this.#progress?.stop();
    this.#progress = undefined;
    this.#stage = stage;
    if (stage === 'finishing') this.#finishingAt = performance.now();
    if (this.#stream.isTTY) this.#stream.write(`${this.#sentence(stage)}\n`);
    else this.#stream.write(`${JSON.stringify({ type: 'stage', stage })}\n`);
    if (stage !== 'waiting') this.#progress = reportProgress(this.#stream, { noun: 'rows' });
  }

  #sentence(stage: CopyProgress['stage']): string {
    const from = terminalText(this.#from);
    if (stage === 'copying') return `A server works on ${from}; it may go on meanwhile.`;
    if (stage === 'waiting')
      return `Nearly everything is over: stop the server of ${from} now. Waiting for it …`;
    return `No server has ${from} any more: copying what is new, and comparing everything.`;
  }
}
