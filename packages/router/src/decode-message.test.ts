import { LIMITS } from '@rollcall/protocol';
import { expect, it } from 'vitest';
import { bytesOfInput, decodeMessage } from './decode-message.js';

const query = (input?: unknown, id: unknown = 1) => ({
  id,
  method: 'query',
  params: { path: 'users.query', input },
});
const decode = (message: unknown, maxValues?: number) =>
  decodeMessage(JSON.stringify(message), maxValues === undefined ? {} : { maxValues });

it('reads what JSON reads', () => {
  for (const message of [query({ filter: { a: [1, { b: null }] } }), [query(), query({})], 7, null]) {
    expect(decode(message)).toEqual(JSON.parse(JSON.stringify(message)));
  }
  expect(() => decodeMessage('{')).toThrow(SyntaxError);
});

it('refuses more values than a message may have, before it parses them', () => {
  const many = { list: Array.from({ length: 100 }, () => ({})) };
  expect(decode(query(many), 210)).toMatchObject({ id: 1 });
  expect(() => decode(query(many), 100)).toThrow('a message has at most 100 values');
  expect(() => decodeMessage(`${'['.repeat(101)} no JSON`, { maxValues: 100 })).toThrow('at most 100 values');
});

it('refuses an array so long that its answers would be many times as long', () => {
  expect(decode(Array.from({ length: 21 }, () => query()))).toHaveLength(21);
  const tooMany = Array.from({ length: 101 }, (_, id) => ({ id }));
  expect(() => decode(tooMany)).toThrow(expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' }));
});

it('refuses an id that every answer and event would repeat at length', () => {
  expect(decode(query({}, 'x'.repeat(LIMITS.requestIdLength)))).toHaveProperty('id');
  for (const message of [query({}, 'x'.repeat(256)), [query(), query({}, 'x'.repeat(256))]]) {
    expect(() => decode(message)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID', field: 'id' }));
  }
});

it('says of every input in how many bytes it came', () => {
  const one = decode(query({ name: 'x'.repeat(1000) })) as ReturnType<typeof query>;
  expect(bytesOfInput(one.params.input)).toBe(JSON.stringify(one).length);
  const two = decode([query({ name: 'x'.repeat(1000) }), query({})]) as ReturnType<typeof query>[];
  expect(two.map(({ params }) => bytesOfInput(params.input))).toEqual(
    two.map(() => Math.ceil(JSON.stringify(two).length / 2)),
  );
});

it('takes no call whose input could not be told so', () => {
  expect(() => decode(query('x'.repeat(70_000)))).toThrow('input: must be an object');
  expect(decode(query('x'.repeat(60_000)))).toHaveProperty('id');
  const resumed = { ...query({}), params: { ...query({}).params, lastEventId: 'a.1' } };
  expect(() => decode(resumed)).toThrow('lastEventId: belongs to a subscription');
  expect(decode({ ...resumed, method: 'subscription' })).toHaveProperty('id');
});
