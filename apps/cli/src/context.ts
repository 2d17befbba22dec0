import type { Readable, Writable } from 'node:stream';

/** A stream that may be a terminal. */
export type OutputStream = Writable & { isTTY?: boolean; columns?: number };

/** How a command ended. */
export const EXIT_CODES = {
  ok: 0,
  /** The work is done, but some rows or users failed and are reported. */
  someFailed: 1,
  /** Stopped by an error or an interrupt, or not started at all. */
  stopped: 2,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** Everything that a command knows of the process that it runs in, so that a test can be one. */
export interface CommandContext {
  env: Readonly<Record<string, string | undefined>>;
  /** Relative paths start here. */
  directory: string;
  stdin: Readable;
  stdout: OutputStream;
  stderr: OutputStream;
  /** Aborts when the user interrupts: a command finishes what is under way and ends in good order. */
  interrupted: AbortSignal;
  /** How the process will end; a command that fails throws instead. */
  exitCode: number;
}
