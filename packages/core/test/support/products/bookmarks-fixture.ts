import { fileURLToPath } from 'node:url';
import type { TestEngine } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { parseDatabaseUrl } from '../../../src/database/database-address.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { defineTable, insertRows } from '../../../src/database/table.js';
import type { WriteTransaction } from '../../../src/database/unit-of-work.js';
import { type Directory, openDirectory } from '../../../src/directory.js';
import { writeLog } from '../../../src/events/stored-log.js';
import type { Product } from '../../../src/products/product.js';

const EXAMPLE = fileURLToPath(new URL('../../../../../examples/bookmarks/bookmarks.js', import.meta.url));

/** The example product, loaded by its path, as an operator's server loads it. */
export const { default: bookmarks } = (await import(EXAMPLE)) as { default: Product };

/** A bookmark as it is stored. */
export interface Bookmark {
  id: string;
  user_id: string;
  url: string;
  note?: string;
  created_at: number;
  deleted_at?: number;
  deleted_with?: string;
}

/** The table of bookmarks, as the example describes it. */
export const bookmarkTable = defineTable<Bookmark>('bookmarks', [
  { name: 'id', kind: 'text', primary: true },
  { name: 'user_id', kind: 'text' },
  { name: 'url', kind: 'text' },
  { name: 'note', kind: 'text', nullable: true },
  { name: 'created_at', kind: 'integer' },
  { name: 'deleted_at', kind: 'integer', nullable: true },
  { name: 'deleted_with', kind: 'text', nullable: true },
]);

/** A bookmark of a user. The ids follow the order of the times. */
export function bookmarkOf(user_id: string, number: number): Bookmark {
  return {
    id: `${user_id}-${number}`,
    user_id,
    url: `https://example.com/${number}`,
    created_at: 1000 + number,
  };
}

/**
 * A directory with the example product on a fresh database, and its rows as a second connection writes and reads them.
 * An embedded database has one owner at a time, so the directory is closed meanwhile.
 */
export class BookmarksFixture {
  readonly url: string;
  #directory: Directory | undefined;

  private constructor(url: string) {
    this.url = url;
  }

  /** Opens the fixture on an existing database. */
  static over(url: string): BookmarksFixture {
    return new BookmarksFixture(url);
  }

  static async open(engine: TestEngine, rows: readonly Bookmark[]): Promise<BookmarksFixture> {
    const fixture = new BookmarksFixture(await engine.migratedUrl());
    await fixture.#aside(transaction => insertRows(transaction, bookmarkTable, rows));
    return fixture;
  }

  /** The directory. It is opened if necessary, with the example product unless other products are named. */
  async directory(products: readonly Product[] = [bookmarks]): Promise<Directory> {
    this.#directory ??= await openDirectory({
      databaseUrl: this.url,
      products,
      onError: error => {
        throw error;
      },
    });
    return this.#directory;
  }

  /** Every stored bookmark, by id. It closes the directory. */
  async rows(): Promise<Bookmark[]> {
    await this.close();
    return this.#aside(async transaction => {
      const cells = await transaction.query(sql`SELECT * FROM bookmarks ORDER BY id`);
      return cells.map(cell => bookmarkTable.decode(cell, transaction.dialect));
    });
  }

  async close(): Promise<void> {
    await this.#directory?.close();
    this.#directory = undefined;
  }

  async #aside<Result>(work: (transaction: WriteTransaction) => Promise<Result>): Promise<Result> {
    const database = await openDatabase(parseDatabaseUrl(this.url), { owners: [bookmarks] }, writeLog);
    try {
      return await database.unitOfWork.write(work);
    } finally {
      await database.close();
    }
  }
}
