import { expect, it } from 'vitest';
import { positionBefore, selectionOf } from './selection.js';
import { codeOfTail, resumingLine } from './tail-code.js';

it('says a tail in three languages, from a position on', () => {
  const selection = selectionOf({
    types: 'user.updated,nonsense',
    users: 'jane, o-neil',
    filter: { name: "O'Neil" },
  });
  const code = codeOfTail('http://localhost:4600', selection, 'abc.12');
  expect(code.TypeScript).toContain(
    `server.watchEvents({ types: ["user.updated"], user_ids: ["jane", "o-neil"], filter: { name: "O'Neil" }, lastEventId: "abc.12" })`,
  );
  expect(code.curl).toContain('-H "last-event-id: abc.12"');
  expect(code.curl).toContain(`"filter":{"name":"O'\\''Neil"}}'`);
  expect(code['Command line']).toContain("--types user.updated \\\n  --user 'jane,o-neil' \\\n");
  expect(code['Command line']).toContain('--since abc.12');
});

it('a tail of everything from now on needs no more words', () => {
  expect(resumingLine({}, undefined)).toBe(
    'for await (const event of server.watchEvents()) console.log(event);',
  );
  expect(codeOfTail('http://localhost:4600', {})['Command line']).toBe(
    'ROLLCALL_URL=http://localhost:4600 rollcall watch',
  );
});

it('a position before another one is in the same log, and not before its beginning', () => {
  expect(positionBefore('abc.1042', 200)).toBe('abc.842');
  expect(positionBefore('abc.7', 200)).toBe('abc.0');
  expect(positionBefore('nonsense', 1)).toBeUndefined();
});
