import type { RollcallError } from '@rollcall/client';
import type { Result } from '../result.js';
import { sameParts } from './same-parts.js';

/** For so long what nobody reads is kept up to date: a component that comes back at once costs nothing. */
const LIVE_MS = 1_000;

/** For so long it is kept then. A render that waits for something else may need it again. */
const KEPT_MS = 30_000;

/** What an entry is about: how it is read, and how the server keeps it up to date. */
export interface Source<Data, Actions extends object = object> {
  /** Begins to read and to listen, afresh. Resolves when the data is there. The signal ends what listens. */
  open(signal: AbortSignal, control: Control): Promise<unknown>;
  /** The data as it is now: the same object for as long as nothing has changed. */
  read(): Data | undefined;
  /** The users that it needs. */
  ids?(): readonly string[];
  /** What can be done with it beside reading it. */
  actions?(control: Control): Actions;
}

/** What a source can tell its entry. */
export interface Control {
  /** Shows that it is reading. What goes wrong is shown, too. */
  load(work: Promise<unknown>): void;
  fail(error: unknown): void;
  /** Opens it again. */
  restart(): void;
}

/** What belongs to one key, for all components that read it. */
export interface Entry<Data = unknown, Actions extends object = object> {
  /** A snapshot: the same object for as long as nothing has changed. */
  get(): Result<Data, Actions>;
  /** The snapshot for a server, and for a page that takes over what a server has rendered: nothing is read there. */
  onServer(): Result<Data, Actions>;
  /** Adds a reader. The first one opens the source. */
  subscribe(reader: () => void): () => void;
  readonly source: Source<Data, Actions>;
  /** What components give it to be told. */
  readonly readers: ReadonlySet<() => void>;
  /** The connection has begun, come back or failed. */
  start(): void;
  restart(): void;
  /** Ends what listens, and forgets what went wrong. */
  stop(): void;
  /** Makes a new snapshot and tells the readers if anything has changed. */
  refresh(): void;
}

/** Where entries are kept, and when they can be opened. */
export interface EntryHost {
  readonly entries: Map<string, Entry>;
  /** Whether sources can be opened. */
  readonly ready: boolean;
  /** Why none can. */
  readonly failure: RollcallError | undefined;
  /** Nobody has read an entry for long. */
  forget(key: string): void;
  /** Something has changed: look with the next frame. */
  changed(): void;
}

export function createEntry<Data, Actions extends object>(
  host: EntryHost,
  key: string,
  source: Source<Data, Actions>,
): Entry<Data, Actions> {
  const readers = new Set<() => void>();
  let run: AbortController | undefined;
  let work: Promise<unknown> | undefined;
  let error: RollcallError | undefined;
  let timer: ReturnType<typeof setTimeout>;

  const stop = () => {
    run?.abort();
    run = work = error = undefined;
  };
  const fail = (cause: unknown) => {
    work = undefined;
    error = cause as RollcallError;
    host.changed();
  };
  const load = (mine: Promise<unknown>) => {
    work = mine;
    error = undefined;
    host.changed();
    mine.then(
      () => {
        if (work === mine) work = undefined;
        host.changed();
      },
      cause => work === mine && fail(cause),
    );
  };
  const start = () => {
    if (host.failure) return fail(host.failure);
    // What has failed for a reason that may pass is tried again.
    if (error && !error.unrecoverable) stop();
    if (run || !host.ready || !readers.size) return;
    run = new AbortController();
    load(source.open(run.signal, control));
  };
  const restart = () => {
    stop();
    start();
  };
  const wait = (ms: number, then: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(then, ms);
    // A program that renders for somebody else may end.
    (timer as { unref?(): void }).unref?.();
  };
  const cool = () =>
    wait(LIVE_MS, () => {
      // An error is not kept: who comes next tries again.
      const keptMs = error ? 0 : KEPT_MS;
      stop();
      // Another one may have its place by now: what an earlier user has seen is forgotten at once.
      wait(keptMs, () => host.entries.get(key) === (entry as Entry) && host.forget(key));
    });

  const control = { load, fail, restart };
  const actions = { ...source.actions?.(control), reload: restart };
  const snapshotOf = (data: Data | undefined) =>
    ({
      status: error ? 'error' : data === undefined ? 'pending' : 'success',
      data,
      error,
      reloading: data !== undefined && !!work,
      ...actions,
    }) as Result<Data, Actions>;
  const onServer = snapshotOf(undefined);
  let snapshot = snapshotOf(source.read());

  const entry: Entry<Data, Actions> = {
    source,
    readers,
    get: () => snapshot,
    onServer: () => onServer,
    subscribe(reader) {
      readers.add(reader);
      clearTimeout(timer);
      host.entries.set(key, entry as Entry);
      start();
      return () => {
        readers.delete(reader);
        if (!readers.size) cool();
      };
    },
    start,
    restart,
    stop,
    refresh() {
      const next = snapshotOf(source.read());
      if (sameParts(snapshot, next)) return;
      snapshot = next;
      for (const reader of readers) reader();
    },
  };
  cool();
  return entry;
}
