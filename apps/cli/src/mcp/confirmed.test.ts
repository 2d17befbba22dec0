import { describe, expect, it } from 'vitest';
import { Confirmations } from './confirmations.js';
import { onceConfirmed } from './confirmed.js';
import type { ToolCall } from './tool.js';

const MINUTE_MS = 60_000;

/** A tool that asks before it acts, at a time that a test moves on. */
function asking() {
  let now = 0;
  let acted = 0;
  const going = new AbortController();
  const confirmations = new Confirmations(() => now);
  const call = { confirmations, signal: going.signal } as ToolCall;
  const ask = (confirmation?: string, { tool = 'a', count = 2, input = {} } = {}) =>
    onceConfirmed(call, {
      tool,
      input: { ...input, confirmation },
      preview: { count, sample: [{ id: 'jane' }] },
      act: async () => {
        acted += 1;
        return { changed: true };
      },
    }) as Promise<{ changed: boolean; confirmation?: string; refused?: string }>;
  return {
    ask,
    acted: () => acted,
    cancel: () => going.abort(),
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('what has to be confirmed', () => {
  it('is done with the confirmation of its preview, once', async () => {
    const { ask, acted } = asking();
    const { confirmation } = await ask(undefined, { input: { a: 1, b: { c: 2, d: 3 } } });
    expect(acted()).toBe(0);
    const same = { input: { b: { d: 3, c: 2 }, a: 1 } };
    expect(await ask(confirmation, same)).toEqual({ changed: true });
    expect(await ask(confirmation, same)).toMatchObject({ changed: false, refused: expect.any(String) });
    expect(acted()).toBe(1);
  });

  it.each([
    ['another tool', { tool: 'b' }],
    ['another number of users', { count: 3 }],
    ['another input', { input: { a: 1 } }],
    ['an input with a name that a prototype would swallow', { input: JSON.parse('{"__proto__":{"a":1}}') }],
  ])('is not done with the confirmation of %s', async (_what, other) => {
    const { ask, acted } = asking();
    const { confirmation } = await ask();
    expect(await ask(confirmation, other)).toMatchObject({ changed: false });
    expect(acted()).toBe(0);
  });

  it('is not done ten minutes later', async () => {
    const { ask, acted, pass } = asking();
    const first = (await ask()).confirmation;
    pass(9 * MINUTE_MS);
    const second = (await ask()).confirmation;
    pass(MINUTE_MS);
    expect((await ask(first)).changed).toBe(false);
    expect((await ask(second)).changed).toBe(true);
    expect(acted()).toBe(1);
  });

  it('is not done for a call that was cancelled while its preview was made', async () => {
    const { ask, acted, cancel } = asking();
    const { confirmation } = await ask();
    cancel();
    await expect(ask(confirmation)).rejects.toThrow();
    expect(acted()).toBe(0);
  });

  it('has no confirmation where nobody would change', async () => {
    const { ask } = asking();
    expect(await ask(undefined, { count: 0 })).not.toHaveProperty('confirmation');
  });

  it('is forgotten when very many previews have come after it', async () => {
    const { ask } = asking();
    const { confirmation } = await ask();
    for (let n = 0; n < 50; n++) await ask();
    expect((await ask(confirmation)).changed).toBe(false);
  });
});
