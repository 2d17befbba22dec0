import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { insertRows } from '../../src/database/table.js';
import {
  type Bookmark,
  bookmarkOf,
  bookmarks,
  bookmarkTable,
} from '../support/products/bookmarks-fixture.js';
import { type CascadeOptions, ContentFixture } from '../support/products/content-fixture.js';

describeOnEveryEngine('the bookmarks of the example', engine => {
  let fixture: ContentFixture;

  beforeEach(async () => {
    fixture = await ContentFixture.open(engine, [bookmarks]);
    const rows: Bookmark[] = [
      ...[1, 2, 3, 4, 5].map(number => bookmarkOf('ann', number)),
      { ...bookmarkOf('ann', 6), note: 'for later', deleted_at: 5000, deleted_with: 'bookmark' },
      bookmarkOf('ben', 1),
    ];
    await fixture.unitOfWork.write(transaction => insertRows(transaction, bookmarkTable, rows));
  });

  afterEach(async () => {
    expect(fixture.newOwners).toBe(0);
    await fixture.close();
  });

  const stored = () => fixture.rows(bookmarkTable);
  const cascade = (
    operation: 'deactivate' | 'reactivate' | 'delete' | 'restore',
    options: CascadeOptions = {},
  ) => fixture.cascade(bookmarks, operation, { userId: 'ann', ...options });

  for (const limit of [1, 5, 100]) {
    it(`are hidden and brought back, each by its own reason, in batches of ${limit}`, async () => {
      const before = await stored();
      const soft = { modes: { messages: 'soft' }, limit } as const;
      expect(await cascade('deactivate', { limit })).toEqual({ bookmarks: 5 });
      expect(await cascade('deactivate', { limit })).toEqual({});
      expect(await cascade('delete', soft)).toEqual({});
      expect(await cascade('restore', { limit })).toEqual({});
      expect(await cascade('reactivate', { limit })).toEqual({ bookmarks: 5 });
      expect(await stored()).toEqual(before);
      expect(await cascade('delete', soft)).toEqual({ bookmarks: 5 });
      expect(await cascade('reactivate', { limit })).toEqual({});
      expect(await cascade('restore', { limit })).toEqual({ bookmarks: 5 });
      expect(await stored()).toEqual(before);
    });

    it(`are removed when nothing is to be kept of them, hidden ones too, in batches of ${limit}`, async () => {
      for (const messages of ['pruning', 'hard'] as const) {
        expect(await fixture.count(bookmarks, { userId: 'ben', modes: { messages } })).toEqual({
          bookmarks: messages === 'pruning' ? 1 : 0,
        });
        await fixture.cascade(bookmarks, 'delete', { userId: 'ben', modes: { messages }, limit });
      }
      expect(await cascade('delete', { eraseUser: true, limit })).toEqual({ bookmarks: 6 });
      expect(await stored()).toEqual([]);
    });

    it(`are exported oldest first, hidden ones too, in pages of ${limit}`, async () => {
      const records = await fixture.export(bookmarks, 'ann', limit);
      expect(records.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6].map(number => `ann-${number}`));
      expect(records.at(-1)).toEqual({
        kind: 'bookmark',
        id: 'ann-6',
        url: 'https://example.com/6',
        note: 'for later',
        created_at: 1006,
        deleted_at: 5000,
      });
    });
  }
});
