import type { Readable, Writable } from 'node:stream';

/** A stream that may be a terminal. */
export type OutputStream = Writable & { isTTY?: boolean; columns?: number };

/** The exit codes of the process, for every command. The help and the page of the command repeat them. */
export const EXIT_CODES = {
  ok: 0,
  /**
   * The work is done, but some rows or users failed, and the command has reported them; or a server that stopped had to
   * cut something off.
   */
  someFailed: 1,
  /** An error or an interrupt stopped the work, or it never started. */
  stopped: 2,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** What a command knows of its process. Commands use nothing else of it, so a test can stand in for a process. */
export interface CommandContext {
  env: Readonly<Record<string, string | undefined>>;
  /** Relative paths are resolved against this folder. */
  directory: string;
  stdin: Readable;
  stdout: OutputStream;
  stderr: OutputStream;
  /** Aborts when the user interrupts. A command then finishes what it has begun, and ends. */
  interrupted: AbortSignal;
  /** The exit code of the process, unless the command throws. */
  exitCode: number;
}
