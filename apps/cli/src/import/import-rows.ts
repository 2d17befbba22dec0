/**
 * Passes rows to the client's importer, and always knows how far the import has got, although several batches are in
 * flight and end in any order. It passes the rows in intervals of a few seconds, and waits at the end of each interval
 * until every row of it is settled: stored, or reported as failed. An interrupt and the first error that stops the
 * import also end the interval, so that no row stays in doubt.
 */
import { RollcallError, type UpsertUserInput, type WriteCounts } from '@rollcall/protocol';
import type { Progress } from '../progress/pace.js';
import type { Row, UserRow } from '../rows/row.js';
import { type FailedRow, failedRow } from './error-file.js';
import type { LeadingRows, Mark } from './leading-rows.js';

/** The part of a server client that an import needs. */
export interface UserImporter {
  importUsers(
    users: AsyncIterable<UpsertUserInput>,
    options: {
      concurrency: number;
      /** Whether the users stay as they are where they come from. */
      as_is?: boolean;
      dry_run?: boolean;
      onProgress: (progress: WriteCounts & { done: number }) => void;
      onError: (failure: { user: UpsertUserInput; error: RollcallError }) => void;
    },
  ): Promise<unknown>;
}

/** How an import works, and what it calls on the way. */
export interface ImportOptions {
  /** Batches in flight. */
  concurrency: number;
  /** Whether the users stay as they are where they come from; default false. */
  asIs?: boolean;
  /** Whether to check and count only; default false. */
  dryRun?: boolean;
  /** Whether a row that fails stops the import, or is reported and skipped. */
  onError: 'stop' | 'skip';
  interrupted: AbortSignal;
  /** The size of the input, for the progress; absent when it is unknown. */
  sizeBytes?: number;
  /** How long an interval takes at least. */
  intervalMs?: number;
  onProgress: (progress: Progress) => void;
  /** A row failed and the import continues. */
  onFailed: (failed: FailedRow) => void;
  /** Every row before the mark is settled; `failed` of those that this run passed on have failed. */
  onSettled: (mark: Mark, failed: number) => Promise<void>;
}

/** How an import ended. */
export interface ImportOutcome extends WriteCounts {
  status: 'completed' | 'interrupted' | 'stopped';
  /** Created, updated and unchanged together. */
  done: number;
  failed: number;
  /** The error that stopped it. */
  error?: unknown;
  /** The row that stopped it; absent when it was not a row. */
  row?: FailedRow;
}

const INTERVAL_MS = 5_000;

/** Imports all remaining rows. `leading` has counted the rows that were skipped before them. */
export async function importRows(
  importer: UserImporter,
  input: { rows: AsyncIterator<Row>; leading: LeadingRows },
  options: ImportOptions,
): Promise<ImportOutcome> {
  const run = new ImportRun(input, options);
  run.reportProgress();
  while (run.status === undefined) await run.runInterval(importer);
  return run.outcome(run.status);
}

class ImportRun {
  status: ImportOutcome['status'] | undefined;
  readonly #rows: AsyncIterator<Row>;
  readonly #leading: LeadingRows;
  readonly #options: ImportOptions;
  /** The row of each user that was passed to the importer. */
  readonly #rowOf = new WeakMap<object, UserRow>();
  #counts = { done: 0, created: 0, updated: 0, unchanged: 0 };
  #failed = 0;
  /** Where this run began, and how many rows there were before it. */
  readonly #start: { offset: number; rows: number };
  /** The rows of this interval that failed, by line. */
  #failedLines: number[] = [];
  /** What stopped the import. If several rows did, the first of them in the input. */
  #stopCause: { line: number; error: unknown; row?: FailedRow } | undefined;

  constructor(input: { rows: AsyncIterator<Row>; leading: LeadingRows }, options: ImportOptions) {
    this.#rows = input.rows;
    this.#leading = input.leading;
    this.#start = { offset: input.leading.endOffset, rows: input.leading.count };
    this.#options = options;
  }

  outcome(status: ImportOutcome['status']): ImportOutcome {
    const { error, row } = this.#stopCause ?? {};
    return {
      status,
      ...this.#counts,
      failed: this.#failed,
      ...(row && { row }),
      ...(error !== undefined && { error }),
    };
  }

  async runInterval(importer: UserImporter): Promise<void> {
    const before = { ...this.#counts, failed: this.#failed };
    this.#failedLines = [];
    try {
      await importer.importUsers(this.#users(), {
        concurrency: this.#options.concurrency,
        ...(this.#options.asIs && { as_is: true }),
        ...(this.#options.dryRun && { dry_run: true }),
        onProgress: ({ done, created, updated, unchanged }) => {
          this.#counts = {
            done: before.done + done,
            created: before.created + created,
            updated: before.updated + updated,
            unchanged: before.unchanged + unchanged,
          };
          this.reportProgress();
        },
        onError: ({ user, error }) => this.#userFailed(user, error),
      });
    } catch (error) {
      // Any row of this interval may be stored or not.
      this.#stop(0, error);
    }
    if (this.#stopCause) this.status = 'stopped';
    const mark = this.#stopCause ? this.#leading.lastBefore(this.#stopCause.line) : this.#leading.settle();
    const failed = this.#failedLines.filter(line => line <= mark.line).length;
    await this.#options.onSettled(mark, before.failed + failed);
  }

  async *#users(): AsyncGenerator<UpsertUserInput> {
    const until = performance.now() + (this.#options.intervalMs ?? INTERVAL_MS);
    while (!this.#stopCause && performance.now() < until) {
      const row = await this.#nextRow();
      if (!row) return;
      this.#leading.add(row);
      if ('problem' in row) {
        const { code, message, field } = row.problem;
        this.#rowFailed(failedRow(row.line, row.problem), new RollcallError(code, message, { field }));
      } else {
        this.#rowOf.set(row.user, row);
        yield row.user;
      }
    }
  }

  /** The next row. After the last row it sets the status of the import. */
  async #nextRow(): Promise<Row | undefined> {
    const { interrupted } = this.#options;
    try {
      const next = interrupted.aborted ? undefined : await this.#rows.next();
      if (next && !next.done) return next.value;
      this.status = next ? 'completed' : 'interrupted';
    } catch (error) {
      // An interrupt also ends the wait for an input that sends nothing.
      if (interrupted.aborted) this.status = 'interrupted';
      else this.#stop(Number.POSITIVE_INFINITY, error);
    }
    return undefined;
  }

  /** The importer reports only errors about one user. It rejects for all others. */
  #userFailed(user: UpsertUserInput, error: RollcallError): void {
    this.#rowFailed(failedRow(this.#rowOf.get(user)?.line ?? 0, error, user), error);
  }

  #rowFailed(failed: FailedRow, error: RollcallError): void {
    if (this.#options.onError === 'stop') this.#stop(failed.row, error, failed);
    else this.#report(failed);
  }

  #report(failed: FailedRow): void {
    try {
      this.#options.onFailed(failed);
      this.#failed++;
      this.#failedLines.push(failed.row);
    } catch (error) {
      this.#stop(failed.row, error);
    }
    this.reportProgress();
  }

  #stop(line: number, error: unknown, row?: FailedRow): void {
    if (this.#stopCause && this.#stopCause.line <= line) return;
    this.#stopCause = { line, error, ...(row && { row }) };
  }

  reportProgress(): void {
    const { sizeBytes, onProgress } = this.#options;
    const fraction = sizeBytes ? { fraction: Math.min(1, this.#settledOffset() / sizeBytes) } : {};
    onProgress({ done: this.#counts.done, failed: this.#failed, ...fraction });
  }

  /** About where the rows end that are stored or failed: rows that were only read are work that is left. */
  #settledOffset(): number {
    const { offset, rows } = this.#start;
    const read = this.#leading.count - rows;
    if (read === 0) return offset;
    const settled = Math.min(1, (this.#counts.done + this.#failed) / read);
    return offset + (this.#leading.endOffset - offset) * settled;
  }
}
