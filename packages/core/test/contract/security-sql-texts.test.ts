/**
 * The set of statement texts is closed: after a warm-up with harmless words, hostile ones in every place that takes a
 * text from a caller make no engine run a statement that it has not run before.
 */
import { type Filter, RollcallError } from '@rollcall/protocol';
import { describeOnEveryDialect, RUNS_WHOLE } from '@rollcall/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { INJECTIONS as CORPUS } from '../support/query/injections.js';
import { QueryFixture, type WrittenQuery } from '../support/query/query-fixture.js';
import { collectStatementTexts, type StatementTexts } from '../support/statement-texts.js';
import { openTestDirectory, SERVER, type TestDirectory } from '../support/test-directory.js';
import { userRow } from '../support/users/user-row.js';

/** Words that mean something where they are asked about; the corpus has some of them, and everybody may use them. */
const GRAMMAR = ['id', 'name', 'custom', '$eq', '$gt'];

/** What presence does by the clock, with no word of anybody in it. */
const BY_THE_CLOCK = /\b(nodes|node_users|presence_\w+)\b/;

const INJECTIONS = [...CORPUS, "'||(SELECT id FROM users)||'", '"}\'::jsonb --', "$.a') OR 1=1 --"];

/** Unless everything runs whole, PostgreSQL is shown one half of the words and an embedded engine the other. */
const isShown = (index: number, engine: string) =>
  RUNS_WHOLE || (index % 2 === 0) === (engine === 'postgres');

/** How a statement reads may depend on how many names a path has, and on whether one of them may be an index. */
const HARMLESS = [
  'plain',
  'word with spaces',
  'not-a-name.',
  'x'.repeat(70),
  'two.names',
  'three.plain.names',
  '7',
  // No word to search for: nobody is found.
  '--',
  ...GRAMMAR,
];

describeOnEveryDialect('the statements that are run', engine => {
  let texts: StatementTexts;
  let directory: TestDirectory;
  let fixture: QueryFixture;

  beforeAll(async () => {
    texts = collectStatementTexts();
    directory = await openTestDirectory(engine);
    fixture = await QueryFixture.open(engine);
    await fixture.replaceUsers([userRow({ id: 'jane', name: 'Jane', custom: { plain: 'plain' } })]);
  });
  afterAll(async () => {
    texts.stop();
    await directory.close();
    await fixture.close();
  });

  /** A refusal by the rules is a good answer, too. */
  async function attempt(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      expect(error, what).toBeInstanceOf(RollcallError);
      expect(['INTERNAL', 'UNAVAILABLE'], what).not.toContain((error as RollcallError).code);
    }
  }

  /** One user, in every way that it can be written, with a word in every place that takes one. */
  async function write(word: string, user: string): Promise<void> {
    const { users, roles } = directory;
    const partly = (change: object) =>
      users.partialUpdate(SERVER, [{ id: user, ...change }], {
        fields: 'server',
        authorise: () => undefined,
      });
    const attempts: Record<string, () => Promise<unknown>> = {
      id: () => users.upsert(SERVER, [{ id: word }]),
      fields: () => users.upsert(SERVER, [{ id: user, name: word, image: word, teams: [word] }]),
      values: () => users.upsert(SERVER, [{ id: user, custom: { word, list: [word] } }]),
      names: () => users.upsert(SERVER, [{ id: user, custom: { [word]: 1, a: { [word]: word } } }]),
      role: () => users.upsert(SERVER, [{ id: user, role: word }]),
      name: () => partly({ set: { name: word } }),
      set: () => partly({ set: { [`custom.${word}`]: word } }),
      'set deeper': () => partly({ set: { [`custom.z.${word}`]: { [word]: word } } }),
      unset: () => partly({ unset: [`custom.${word}`] }),
      'new role': () => roles.create(SERVER, word),
      'no role': () => roles.delete(SERVER, word),
    };
    for (const [place, work] of Object.entries(attempts)) {
      await attempt(`${place}: ${JSON.stringify(word)}`, work);
    }
  }

  async function ask(word: string): Promise<void> {
    const filters: unknown[] = [
      { [word]: 'x' },
      { [`custom.${word}`]: { $gt: 'x' } },
      { [`a.${word}`]: { $exists: true } },
      { word },
      { word: { $in: [word], $ne: word } },
      { word: { $contains: word } },
      { name: { $autocomplete: word } },
      { name: word, id: word, role: { $lte: word } },
      { teams: { $contains: word } },
      { word: { [word]: 1 } },
      { $or: [{ [word]: word }] },
    ];
    const queries: WrittenQuery[] = [
      ...filters.map(filter => ({ filter: filter as Filter })),
      { sort: [{ field: word, direction: 1 }] },
      { sort: [{ field: `custom.${word}`, direction: -1 }] },
      { options: { next: word || 'none' } },
      { options: { next: Buffer.from(JSON.stringify([word, word])).toString('base64url') } },
    ];
    for (const query of queries) await attempt(JSON.stringify(query), () => fixture.page(query));
  }

  it('are the same ones whatever a caller writes, as names, values, sorts and cursors', async () => {
    for (const round of [0, 1]) {
      for (const [index, word] of HARMLESS.entries()) {
        await write(word, `harmless-${index}`);
        await ask(`${word}${round || ''}`);
      }
    }
    const known = texts.taken();
    expect(known.size).toBeGreaterThan(10);
    const unknown: string[] = [];
    for (const [index, word] of INJECTIONS.entries()) {
      if (!isShown(index, engine.name)) continue;
      await write(word, `hostile-${index}`);
      await ask(word);
      for (const text of texts.taken())
        if (!known.has(text) && !BY_THE_CLOCK.test(text)) unknown.push(`${JSON.stringify(word)}: ${text}`);
    }
    expect(unknown).toEqual([]);
    expect(INJECTIONS.length).toBeGreaterThanOrEqual(200);
  });
});
