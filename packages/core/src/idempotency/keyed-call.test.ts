import { describe, expect, it } from 'vitest';
import { nameCall } from './keyed-call.js';

const CALL = { userId: 'ann', key: 'k', procedure: 'users.upsert', input: { a: 1, b: [{ d: 1, c: 2 }] } };

describe('a call with a key', () => {
  it('is the same one when its input says the same in another order', () => {
    const same = { ...CALL, input: { b: [{ c: 2, d: 1 }], a: 1, e: undefined } };
    expect(nameCall(same)).toEqual(nameCall(CALL));
  });

  it('is another one for another caller or key, and has another fingerprint for another procedure or input', () => {
    const { userId: _, ...ofServer } = CALL;
    const others = [ofServer, { ...CALL, userId: 'bob' }, { ...CALL, key: 'l' }];
    // A user may be called like anything.
    const ids = [CALL, ...others, { ...CALL, userId: 'server' }].map(one => nameCall(one).id);
    expect(new Set(ids).size).toBe(5);
    const inputs = [{ a: 1 }, { a: '1' }, [1], undefined, { ...CALL.input, __proto__: null, x: 1 }];
    const said = [{ ...CALL, procedure: 'users.act' }, ...inputs.map(input => ({ ...CALL, input }))];
    expect(new Set([CALL, ...said].map(one => nameCall(one).fingerprint)).size).toBe(7);
  });

  it('has a name that tells neither the key nor the input nor the caller', () => {
    const name = nameCall({ userId: 'ann', key: 'ann-secret', procedure: 'p', input: 'ann' });
    expect(Object.values(name).join()).toMatch(/^[0-9a-f]{64},[0-9a-f]{64}$/);
  });

  it('is refused when its input is nested more deeply than anybody can look into', () => {
    const input = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
    expect(() => nameCall({ ...CALL, input })).toThrow('the input is nested too deeply');
  });
});
