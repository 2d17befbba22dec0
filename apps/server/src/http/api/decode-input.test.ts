import { describe, expect, it } from 'vitest';
import { decodeInput, type SaidInput } from './decode-input.js';
import { ROUTES } from './routes.js';

const route = (name: string) => {
  const found = ROUTES.find(({ operationId }) => operationId === name);
  if (!found) throw new Error(`no row is called ${name}`);
  return found;
};

function decode(name: string, said: Partial<SaidInput> & { json?: unknown }): unknown {
  const { json, ...rest } = said;
  const body = json === undefined ? undefined : JSON.stringify(json);
  const plain = { fields: {}, query: '', ifMatch: undefined, ifNoneMatch: undefined, lastEventId: undefined };
  return decodeInput(route(name), { ...plain, body, contentType: 'application/json', ...rest });
}

describe('the input of a procedure', () => {
  it('is put together from the path, the query and the body', () => {
    expect(decode('banUser', { fields: { id: 'jane' }, json: { timeout: 5 } })).toEqual({
      id: 'jane',
      timeout: 5,
    });
    expect(decode('banUser', { fields: { id: 'jane' } })).toEqual({ id: 'jane' });
    expect(decode('getUserHistory', { fields: { user_id: 'jane' }, query: 'by=true&limit=2' })).toEqual({
      user_id: 'jane',
      by: true,
      limit: 2,
    });
    expect(
      decode('upsertUser', { fields: { id: 'jane' }, query: 'dry_run=true', json: { book: 'dune' } }),
    ).toEqual({
      dry_run: true,
      users: [{ id: 'jane', book: 'dune' }],
    });
    expect(decode('deleteUser', { fields: { id: 'jane' }, query: 'user=hard' })).toEqual({
      ids: ['jane'],
      user: 'hard',
    });
    expect(decode('listUsers', { query: 'limit=3&filter={"role":"admin"}' })).toEqual({
      filter: { role: 'admin' },
      options: { limit: 3 },
    });
    expect(decode('getUser', { fields: { id: 'jane' } })).toEqual({
      filter: { id: { $eq: 'jane' } },
      options: { include_deactivated_users: true },
    });
    expect(decode('listRoles', {})).toEqual({});
    expect(decode('upsertUsers', {})).toBeUndefined();
    expect(
      decode('watchEvents', { lastEventId: 'a.2', query: 'lastEventId=a.1&types=user.updated' }),
    ).toEqual({
      lastEventId: 'a.2',
      types: ['user.updated'],
    });
  });

  it('has the revision of If-Match, in the one form in which a read gives it', () => {
    const patch = (ifMatch: string, json = {}) =>
      decode('partialUpdateUser', { fields: { id: 'jane' }, ifMatch, json });
    expect(patch('"7"', { set: {} })).toEqual({ users: [{ id: 'jane', set: {}, if_revision: 7 }] });
    for (const header of ['7', 'W/"7"', '*', '"7", "8"', '""', '"-1"', '"0"', `"${'9'.repeat(5000)}"`]) {
      expect(() => patch(header), header).toThrow('if-match: must be one ETag as a read gave it');
    }
    expect(() => patch('"7"', { if_revision: 8 })).toThrow(
      'if_revision: the header says something else than the body',
    );
    expect(() => decode('banUser', { fields: { id: 'jane' }, ifMatch: '"7"' })).toThrow(
      'this call has no revision to compare',
    );
  });

  it('is refused where the body says something else than the path, and taken where it says the same', () => {
    const put = (json: unknown) => decode('upsertUser', { fields: { id: 'jane' }, json });
    expect(put({ id: 'jane' })).toEqual({ users: [{ id: 'jane' }] });
    expect(() => put({ id: 'joe' })).toThrow('id: the path says something else than the body');
    for (const json of [[], 'x', 7, null]) expect(() => put(json)).toThrow('the body must be a JSON object');
  });

  it('never reaches a prototype', () => {
    const input = decode('upsertUser', { fields: { id: 'jane' }, body: '{"__proto__":{"admin":true}}' });
    const [user] = (input as { users: object[] }).users;
    expect(Object.getPrototypeOf(user)).toBe(Object.prototype);
    expect(Object.keys(user as object)).toEqual(['__proto__', 'id']);
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });

  it('is refused when its body is no JSON, or has another type, or when the call takes none', () => {
    const ban = { fields: { id: 'jane' } };
    expect(() => decode('banUser', { ...ban, body: '{' })).toThrow('the body is no JSON');
    expect(() =>
      decode('banUser', { ...ban, body: 'a=1', contentType: 'application/x-www-form-urlencoded' }),
    ).toThrow('its content-type says application/json');
    expect(() => decode('banUser', { ...ban, body: '{}', contentType: undefined })).toThrow('content-type');
    expect(() => decode('deleteUser', { ...ban, json: { user: 'hard' } })).toThrow('this call takes no body');
    expect(
      decode('banUser', {
        ...ban,
        body: '\uFEFF{"timeout":1}',
        contentType: 'Application/JSON; charset=utf-8',
      }),
    ).toEqual({
      id: 'jane',
      timeout: 1,
    });
  });
});
