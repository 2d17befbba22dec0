import cliProgress from 'cli-progress';
import type { OutputStream } from '../context.js';
import { Pace, type Progress } from './pace.js';
import { progressJson, progressText } from './progress-line.js';

/** Shows how work gets on. */
export interface ProgressReporter {
  update(progress: Progress): void;
  /** Shows the last state; nothing is shown after it. */
  stop(): void;
}

/** How often a program is told: often enough to follow, seldom enough for a log. */
const JSON_INTERVAL_MS = 2_000;

/** A bar that redraws itself on a terminal; a line of JSON every two seconds on anything else. */
export function reportProgress(
  stream: OutputStream,
  options: { noun: string; now?: () => number },
): ProgressReporter {
  const now = options.now ?? Date.now;
  return stream.isTTY ? terminalReporter(stream, options.noun, now) : jsonReporter(stream, now);
}

function terminalReporter(stream: OutputStream, noun: string, now: () => number): ProgressReporter {
  const pace = new Pace(now);
  const drawBar = cliProgress.Format.BarFormat;
  const bar = new cliProgress.SingleBar({
    stream,
    fps: 5,
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    // The process has its own way of ending when it is interrupted.
    gracefulExit: false,
    hideCursor: null,
    format: (barOptions, params, payload: { text: string; known: boolean }) =>
      payload.known
        ? `${drawBar(params.progress, barOptions)} ${Math.floor(params.progress * 100)} %  ${payload.text}`
        : payload.text,
  });
  bar.start(1, 0, { text: '', known: false });
  return {
    update(progress) {
      const text = progressText(pace.add(progress), noun);
      bar.update(progress.fraction ?? 0, { text, known: progress.fraction !== undefined });
    },
    stop: () => bar.stop(),
  };
}

function jsonReporter(stream: OutputStream, now: () => number): ProgressReporter {
  const pace = new Pace(now);
  let toldAt = now();
  let untold: Progress | undefined;
  const tell = (progress: Progress) => {
    untold = undefined;
    toldAt = now();
    stream.write(`${progressJson(pace.add(progress))}\n`);
  };
  return {
    update(progress) {
      if (now() - toldAt >= JSON_INTERVAL_MS) tell(progress);
      else untold = progress;
    },
    stop() {
      if (untold) tell(untold);
    },
  };
}
