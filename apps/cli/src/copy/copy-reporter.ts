import type { OutputStream } from '../context.js';
import { terminalText } from '../output/terminal-text.js';
import { type ProgressReporter, reportProgress } from '../progress/reporter.js';

/** The progress of a copy, as `copy` of the server package reports it. */
export interface CopyProgress {
  stage: 'copying' | 'waiting' | 'finishing';
  rows: number;
  total: number;
}

/** How long a copy took. */
export interface CopyTimes {
  elapsedMs: number;
  /** The time since no server had the source; absent when a server always had it. */
  finishingMs?: number;
}

/** Shows the progress of a copy: a bar for each pass over the rows, and a line when the server can be stopped. */
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
    // A copy that waits repeats its pass now and then. Nobody needs to see that.
    if (stage === 'waiting') return;
    this.#progress?.update({
      done: rows,
      failed: 0,
      ...(total > 0 && { fraction: Math.min(rows / total, 1) }),
    });
  }

  /** Ends the bar. @returns how long the copy took. */
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
    if (stage !== 'waiting') this.#progress = reportProgress(this.#stream, { noun: 'row' });
  }

  #sentence(stage: CopyProgress['stage']): string {
    const from = terminalText(this.#from);
    if (stage === 'copying') return `A server uses ${from}. It can keep running while the data is copied.`;
    if (stage === 'waiting') return `Almost everything is copied: stop the server of ${from} now. Waiting …`;
    return `No server uses ${from} any more. Copying the latest changes and comparing everything.`;
  }
}
