import cliProgress from 'cli-progress';
import type { OutputStream } from '../context.js';
import { countOf, formatClock, formatCount } from '../output/terminal-text.js';
import { Pace, type PacedProgress, type Progress } from './pace.js';

/** Shows the progress of work. */
export interface ProgressReporter {
  update(progress: Progress): void;
  /** Shows the last state, and ends. */
  stop(): void;
}

/** How often a program gets a line: often enough to follow, seldom enough for a log. */
const JSON_INTERVAL_MS = 2_000;

/** Draws a bar on a terminal, and writes a line of JSON every two seconds anywhere else. */
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
    // The command handles interrupts itself.
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
  let sentAt = now();
  let pending: Progress | undefined;
  let begun = false;
  const send = (progress: Progress) => {
    pending = undefined;
    sentAt = now();
    stream.write(`${progressJson(pace.add(progress))}\n`);
  };
  return {
    update(progress) {
      // What is left is reckoned from where the work began.
      if (!begun) pace.add(progress);
      begun = true;
      if (now() - sentAt >= JSON_INTERVAL_MS) send(progress);
      else pending = progress;
    },
    stop() {
      if (pending) send(pending);
    },
  };
}

/** The text beside the bar: `1,200 users, 640 a second, 2 failed, 0:31 left`. */
export function progressText(progress: PacedProgress, noun: string): string {
  const parts = [countOf(progress.done, noun), `${formatCount(progress.rate)} a second`];
  if (progress.failed > 0) parts.push(`${formatCount(progress.failed)} failed`);
  if (progress.leftMs !== undefined) parts.push(`${formatClock(progress.leftMs)} left`);
  return parts.join(', ');
}

/** One line of progress for a program. */
function progressJson(progress: PacedProgress): string {
  return JSON.stringify({
    type: 'progress',
    done: progress.done,
    failed: progress.failed,
    rate: Math.round(progress.rate),
    elapsed_ms: Math.round(progress.elapsedMs),
    ...(progress.fraction !== undefined && { fraction: Number(progress.fraction.toFixed(4)) }),
    ...(progress.leftMs !== undefined && { left_ms: Math.round(progress.leftMs) }),
  });
}
