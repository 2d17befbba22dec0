import { EVENT_CATALOGUE, type JsonObject, type JsonValue, USER_IDS_IN_EVENTS } from '@rollcall/protocol';
import { expect, it } from 'vitest';
import { idsNamedInEvent } from './ids-named-in-event.js';
import { renameUserInEvent } from './rename-user-in-event.js';

/** Data that has an id at a path, and beside it a text that is not an id. */
function planted(path: string, id: string): JsonObject {
  return path
    .replaceAll('[]', '.[]')
    .split('.')
    .reduceRight<JsonValue>(
      (inner, name) => (name === '[]' ? ['other', inner] : { [name]: inner }),
      id,
    ) as JsonObject;
}

const places = Object.entries(EVENT_CATALOGUE).flatMap(([type, { about }]) =>
  USER_IDS_IN_EVENTS[about].map(path => [type, path] as const),
);

it.each(places)('finds an id in %s at %s, where an erasure renames it', (type, path) => {
  const data = planted(path, 'jane');
  expect([...idsNamedInEvent(type, data)]).toContain('jane');
  const renamed = renameUserInEvent(type, data, ['jane', 'deleted-x']);
  expect(renamed).toEqual(planted(path, 'deleted-x'));
});

it('finds none elsewhere, nor in a type that it does not know', () => {
  const data = { user: { id: 'ann', name: 'jane', custom: { target_id: 'jane' } }, jane: 'jane' };
  expect([...idsNamedInEvent('user.updated', data)]).toEqual(['ann']);
  expect([...idsNamedInEvent('user.teleported', { target_id: 'jane' })]).toEqual([]);
});
