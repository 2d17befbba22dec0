import type { AppSettings } from '@rollcall/protocol';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { readSettings } from './settings.js';

/**
 * How long settings are believed without news of them. A change in this process is known at once, and one in another
 * process as soon as the log tells of it, which takes some milliseconds. This is for a log that nobody follows, and for
 * notifications that are lost.
 */
const BELIEVED_MS = 500;

/**
 * The settings of the app, kept in memory, for what every call asks. They are never older than half a second, and never
 * older than a change that this process has made. Whatever writes by them reads them in its transaction instead.
 */
export class SettingsMemory {
  readonly #unitOfWork: UnitOfWork;
  #known: { settings: Promise<AppSettings>; until: number } | undefined;

  constructor(unitOfWork: UnitOfWork) {
    this.#unitOfWork = unitOfWork;
    unitOfWork.onLogged(({ entries }) => this.hear(entries));
  }

  /** The settings. All who ask while they are read share the read. */
  get(): Promise<AppSettings> {
    const now = performance.now();
    if (this.#known && now < this.#known.until) return this.#known.settings;
    // The time runs from before the read: what is committed meanwhile may be missing from it.
    const known = { settings: this.#unitOfWork.read(readSettings), until: now + BELIEVED_MS };
    this.#known = known;
    known.settings.catch(() => {
      if (this.#known === known) this.#known = undefined;
    });
    return known.settings;
  }

  /** Hears of entries of the log, here or from another process. A read that is under way is not believed either. */
  hear(entries: readonly { type: string }[]): void {
    if (entries.some(({ type }) => type === 'app.updated')) this.#known = undefined;
  }
}
