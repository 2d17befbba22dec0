/**
 * The search index, and the position in the event log up to which it is right. Both are in one file, which is replaced as
 * a whole: after a crash they belong together.
 */
import { open, readFile, rename } from 'node:fs/promises';
import MiniSearch from 'minisearch';

/** @type {import('minisearch').Options<Entry>} */
const OPTIONS = {
  fields: ['name', 'title'],
  storeFields: ['name', 'title'],
  searchOptions: { prefix: true, fuzzy: 0.2, combineWith: 'AND' },
};

/**
 * What a user is found by: the name, and `title` of its custom data.
 *
 * @typedef {{ id: string, name: string, title: string }} Entry
 */

export class StoredIndex {
  /** @type {MiniSearch<Entry>} */
  #index = new MiniSearch(OPTIONS);
  #path;
  /** The position that is in the file. @type {string | undefined} */
  #saved;

  /** Where to go on; undefined while nothing is stored. @type {string | undefined} */
  position;

  /** @param {string} path */
  constructor(path) {
    this.#path = path;
  }

  /** Takes up what is stored, if anything is. */
  async load() {
    const text = await readFile(this.#path, 'utf8').catch(error => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text === undefined) return;
    const { position, index } = JSON.parse(text);
    this.#index = MiniSearch.loadJS(index, OPTIONS);
    this.position = this.#saved = position;
  }

  /**
   * Begins again, with everybody who is given, as they were at a position or later.
   *
   * @param {Entry[]} entries
   * @param {string} position
   */
  rebuild(entries, position) {
    this.#index = new MiniSearch(OPTIONS);
    this.#index.addAll(entries);
    this.position = position;
  }

  /**
   * Applies what has become of one user: its entry, or undefined when it is not to be found any more. It may be applied
   * again. Entry and position change in one go, so that what is stored at any moment is right.
   *
   * @param {string} id
   * @param {Entry | undefined} entry
   * @param {string} position
   */
  apply(id, entry, position) {
    if (this.#index.has(id)) this.#index.discard(id);
    if (entry) this.#index.add(entry);
    this.position = position;
  }

  /** @param {string} text */
  search(text) {
    return this.#index.search(text).map(({ id, name, title }) => ({ id, name, title }));
  }

  /** Stores index and position, if anything has changed. A crash on the way leaves the file as it was. */
  async save() {
    const { position } = this;
    if (position === this.#saved) return;
    // In one go, before anything else can happen.
    const text = JSON.stringify({ position, index: this.#index });
    const beside = `${this.#path}.new`;
    const file = await open(beside, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, this.#path);
    this.#saved = position;
  }
}
