/**
 * Hostile texts as names, values and cursors, on the engines themselves. That none of them becomes part of a statement
 * is shown in compile-filter.test.ts.
 */
import { type Filter, RollcallError } from '@rollcall/protocol';
import { describeOnEveryDialect } from '@rollcall/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HOSTILE_NAMES, INJECTIONS, REFUSED_NAMES } from '../support/query/injections.js';
import { QueryFixture, type WrittenQuery } from '../support/query/query-fixture.js';
import { userRow } from '../support/users/user-row.js';

describeOnEveryDialect('hostile texts', engine => {
  let fixture: QueryFixture;
  beforeAll(async () => {
    fixture = await QueryFixture.open(engine);
  });
  afterAll(() => fixture.close());

  /** Asks; a refusal by the rules is the other good answer. */
  async function ask(query: WrittenQuery): Promise<string[] | 'refused'> {
    try {
      return await fixture.ids(query);
    } catch (error) {
      expect(error, JSON.stringify(query)).toBeInstanceOf(RollcallError);
      expect((error as RollcallError).code).toMatch(/^(INPUT|CURSOR)_INVALID$/);
      return 'refused';
    }
  }

  it('that break the grammar of names are refused as names', async () => {
    for (const name of REFUSED_NAMES) {
      expect(await ask({ filter: { [name]: 1 } as Filter }), name).toBe('refused');
      expect(await ask({ filter: { [`a.${name}`]: { $exists: true } } as Filter }), name).toBe('refused');
      expect(await ask({ sort: [{ field: name, direction: 1 }] }), name).toBe('refused');
    }
    expect(REFUSED_NAMES.length).toBeGreaterThan(60);
  });

  it('are found where they are stored, and nowhere else', async () => {
    // Each text is the name of a field of its own and its value; `decoy` is what a name cut short or read as a pattern
    // would find.
    const here = Object.fromEntries(HOSTILE_NAMES.map(name => [name, name]));
    const decoy = Object.fromEntries(HOSTILE_NAMES.map(name => [`${name.slice(0, 62)}zq`, name]));
    const nested = Object.fromEntries(HOSTILE_NAMES.map(name => [name, [name]]));
    await fixture.replaceUsers([
      userRow({ id: 'here', custom: { ...here, a: nested } }),
      userRow({ id: 'there', custom: { ...decoy, a: decoy } }),
    ]);
    for (const name of HOSTILE_NAMES) {
      const custom = `custom.${name}`;
      const both = { [custom]: name, [`a.${name}`]: { $contains: name } } as Filter;
      expect(await ask({ filter: both }), name).toEqual(['here']);
      expect(await ask({ filter: { [custom]: { $ne: name } } as Filter }), name).toEqual(['there']);
      expect(await ask({ sort: [{ field: custom, direction: -1 }] }), name).toEqual(['here', 'there']);
    }
  });

  it('are equal to themselves as values, or refused', async () => {
    const texts = INJECTIONS.filter(text => !text.includes('\u0000') && text.isWellFormed());
    for (const [index, text] of texts.entries()) {
      if (index % 40 === 0) {
        const rows = texts
          .slice(index, index + 40)
          .map((word, place) => userRow({ id: `u${index + place}`, name: word, custom: { word } }));
        await fixture.replaceUsers(rows);
      }
      const filter: Filter = {
        word: { $in: [text, 5] },
        name: text,
        $nor: [{ word: { $gt: text } }, { word: { $ne: text } }],
      };
      expect(await ask({ filter }), JSON.stringify(text)).toEqual([`u${index}`]);
    }
    for (const text of INJECTIONS.filter(one => !texts.includes(one))) {
      for (const field of ['word', 'name', 'id', 'role', 'teams'])
        expect(await ask({ filter: { [field]: text } })).toBe('refused');
      expect(await ask({ filter: { teams: { $contains: text } } })).toBe('refused');
      expect(await ask({ filter: { name: { $autocomplete: `a${text}` } } })).toBe('refused');
    }
  });

  it('can be the names of indexed fields', async () => {
    await fixture.replaceUsers([
      userRow({ id: 'here', custom: Object.fromEntries(HOSTILE_NAMES.map(name => [name, name])) }),
      userRow({ id: 'there' }),
    ]);
    for (let first = 0; first < HOSTILE_NAMES.length; first += 20) {
      const indexedFields = HOSTILE_NAMES.slice(first, first + 20);
      await fixture.index(indexedFields);
      for (const name of indexedFields) {
        const filter = { [`custom.${name}`]: name } as Filter;
        expect(await ask({ filter, indexedFields }), name).toEqual(['here']);
      }
    }
    await fixture.index([]);
  });

  it('are no cursors', async () => {
    for (const text of INJECTIONS.filter(one => one !== '')) {
      for (const body of [text, JSON.stringify(text), JSON.stringify([1, text, text])]) {
        for (const next of [body, Buffer.from(body).toString('base64url')]) {
          const refusal = await fixture.page({ options: { next } }).catch((error: unknown) => error);
          expect(refusal, next).toMatchObject({ code: 'CURSOR_INVALID', field: 'next' });
        }
      }
    }
  });
});
