import type {
  ImportProgress,
  RollcallError,
  ServerClient,
  UpsertUserInput,
  UserAsIs,
  WriteCounts,
} from '@rollcall/client/server';
import { CellProblem } from './cell-value.js';
import { ErrorFile } from './error-file.js';
import { type FileRow, openFile } from './import-file.js';
import type { ImportSearch } from './import-search.js';
import { type MappedColumn, userOfCells, userOfObject } from './mapping.js';

/** A row that was refused, and why. */
interface RefusedRow {
  line: number;
  id?: string;
  reason: string;
}

/** How an import, or a check of one, stands. */
export interface RunState extends WriteCounts {
  kind: 'check' | 'import';
  /** `stopping`: what is on its way is finished first, so that the numbers are what was done. */
  status: 'running' | 'stopping' | 'done' | 'stopped' | 'failed';
  /** How many rows were taken from the file. */
  rows: number;
  refused: number;
  /** The first of them. */
  refusedRows: readonly RefusedRow[];
  bytes: number;
  startedAt: number;
  endedAt?: number;
  /** The line of the last row that was taken. */
  line: number;
  error?: Error;
  /** Batches were cut off: their rows may be stored or not, and are in no number. */
  cutOff?: boolean;
}

/** What is imported, and how it is read. */
export interface RunOptions {
  client: ServerClient;
  file: File;
  kind: RunState['kind'];
  how: ImportSearch;
  /** Where its names go, as it was shown. */
  columns: readonly MappedColumn[];
}

/** So many refused rows are shown. The file of errors has all of them. */
const SHOWN = 200;

/** The page is told this often. */
const TOLD_EVERY_MS = 100;

/** An import that runs in this tab, whatever page of the console is shown. */
export class ImportRun {
  #state: RunState;
  readonly #listeners = new Set<() => void>();
  readonly #cutOff = new AbortController();
  #errors: ErrorFile | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly options: RunOptions) {
    const counts = { created: 0, updated: 0, unchanged: 0, refused: 0, refusedRows: [] };
    const places = { rows: 0, bytes: 0, line: 0 };
    this.#state = { kind: options.kind, status: 'running', startedAt: Date.now(), ...counts, ...places };
    void this.#run();
  }

  get state(): RunState {
    return this.#state;
  }

  get isRunning(): boolean {
    return this.#state.status === 'running' || this.#state.status === 'stopping';
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes no more rows. A second time, or for a server that does not answer, what is on its way is cut off. */
  stop(): void {
    if (this.#state.status === 'stopping') this.#cutOff.abort(new Error('Stopped.'));
    if (this.#state.status === 'running') this.#set({ status: 'stopping' });
  }

  /** Ends it at once. */
  cutOff(): void {
    if (!this.isRunning) return;
    this.#set({ status: 'stopping' });
    this.#cutOff.abort(new Error('Stopped.'));
  }

  /** The rows that were refused so far, as a file. */
  errorFile(): Blob | undefined {
    return this.#errors?.toBlob();
  }

  async #run(): Promise<void> {
    const { client, how, kind } = this.options;
    /** The rows of the users on their way. */
    const rows = new WeakMap<object, FileRow>();
    const settings = {
      onProgress: ({ created, updated, unchanged }: ImportProgress) =>
        this.#set({ created, updated, unchanged }),
      onError: ({ user, error }: { user: object; error: RollcallError }) => {
        const row = rows.get(user);
        if (row) this.#refuse(row, error.message, (user as { id?: unknown }).id);
      },
      dry_run: kind === 'check',
      signal: this.#cutOff.signal,
    };
    try {
      const users = await this.#users(rows);
      const { failed: _failed, ...counts } = how.as_is
        ? await client.importUsers(users as AsyncIterable<UserAsIs>, { ...settings, as_is: true })
        : await client.importUsers(users, settings);
      this.#set({ ...counts, status: this.#state.status === 'stopping' ? 'stopped' : 'done' });
    } catch (error) {
      const cutOff = this.#cutOff.signal.aborted;
      this.#set(cutOff ? { status: 'stopped', cutOff } : { status: 'failed', error: error as Error });
    }
    this.#set({ endedAt: Date.now() });
    this.#tell();
  }

  async #users(rows: WeakMap<object, FileRow>): Promise<AsyncIterable<UpsertUserInput>> {
    const { file, how, columns } = this.options;
    const onRead = (bytes: number) => this.#set({ bytes });
    const opened = await openFile(file, { delimiter: how.delimiter, onRead });
    this.#errors = new ErrorFile(opened);
    const take = (row: FileRow) => this.#take(row, columns);
    const isRunning = () => this.#state.status === 'running';
    return (async function* () {
      for await (const row of opened.rows) {
        if (!isRunning()) return;
        const user = take(row);
        if (!user) continue;
        rows.set(user, row);
        yield user;
      }
    })();
  }

  /** The user of a row; undefined for a row that is refused here. */
  #take(row: FileRow, columns: readonly MappedColumn[]): UpsertUserInput | undefined {
    this.#set({ rows: this.#state.rows + 1, line: row.line });
    const user = readUser(row, columns);
    if ('user' in user) return user.user;
    this.#refuse(row, user.problem);
    return undefined;
  }

  #refuse(row: FileRow, reason: string, id?: unknown): void {
    this.#errors?.add(row, reason);
    const { refused, refusedRows } = this.#state;
    const shown = { line: row.line, reason, ...(typeof id === 'string' && { id }) };
    this.#set({
      refused: refused + 1,
      ...(refusedRows.length < SHOWN && { refusedRows: [...refusedRows, shown] }),
    });
  }

  #set(changes: Partial<RunState>): void {
    this.#state = { ...this.#state, ...changes };
    if (changes.status !== undefined) this.#tell();
    else this.#timer ??= setTimeout(() => this.#tell(), TOLD_EVERY_MS);
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const listener of this.#listeners) listener();
  }
}

/** The user of a row, or why there is none. */
export function readUser(
  row: FileRow,
  columns: readonly MappedColumn[],
): { user: UpsertUserInput } | { problem: string } {
  if ('problem' in row) return row;
  try {
    const user = 'cells' in row ? userOfCells(columns, row.cells) : userOfObject(columns, row.object);
    return typeof user.id === 'string' ? { user } : { problem: 'id: is missing, or no text.' };
  } catch (error) {
    if (error instanceof CellProblem) return { problem: error.message };
    throw error;
  }
}
