import { say } from '../frame/notices.js';
import { session } from '../session/session.js';
import { ImportRun, type RunOptions } from './import-run.js';
import { runInWords } from './run-words.js';

/** The file that is looked at, and the run of it. */
export interface Desk {
  file?: File;
  run?: ImportRun;
}

/**
 * What this tab imports. It is beside the pages: somebody who looks at users meanwhile finds the import as it is. It ends with the
 * session, and the browser asks before the tab is closed.
 */
class ImportDesk {
  #desk: Desk = {};
  readonly #listeners = new Set<() => void>();

  get desk(): Desk {
    return this.#desk;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Lays a file on the desk, unless one is being imported. */
  lay(file: File | undefined): boolean {
    if (this.#desk.run?.isRunning) return false;
    this.#set(file ? { file } : {});
    return true;
  }

  start(options: Omit<RunOptions, 'file'>): void {
    const { file, run } = this.#desk;
    if (!file || run?.isRunning) return;
    const next = new ImportRun({ ...options, file });
    this.#set({ file, run: next });
    const told = next.subscribe(() => {
      if (next.state.endedAt === undefined) return;
      told();
      // Somebody who looks at the import sees it there.
      if (location.pathname !== '/import')
        say(`${file.name}: ${runInWords(next.state)}`, { failed: next.state.status === 'failed' });
    });
  }

  #set(desk: Desk): void {
    this.#desk = desk;
    for (const listener of this.#listeners) listener();
  }
}

/** The one desk of this tab. */
export const importDesk = new ImportDesk();

session.subscribe(() => {
  if (session.state.status === 'in') return;
  importDesk.desk.run?.cutOff();
  importDesk.lay(undefined);
});

addEventListener('beforeunload', event => {
  if (importDesk.desk.run?.isRunning) event.preventDefault();
});
