import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { User } from '@rollcall/protocol';
import { parseUserInput } from '@rollcall/protocol/schemas';
import { beforeAll, describe, expect, it } from 'vitest';

const samples = new URL('../../../samples/', import.meta.url);

async function generate(...args: string[]): Promise<string> {
  const script = fileURLToPath(new URL('make-users.mjs', samples));
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

const usersOf = (ndjson: string): User[] =>
  ndjson
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));

describe('the sample of users', () => {
  let text: string;
  let users: User[];

  beforeAll(async () => {
    text = await readFile(new URL('users.ndjson', samples), 'utf8');
    users = usersOf(text);
  });

  it('is what its generator prints, byte for byte', async () => {
    expect(await generate()).toBe(text);
  });

  it('is the same for the same seed, and another one for another', async () => {
    const [first, again, other] = await Promise.all([
      generate('--count', '50', '--seed', '7'),
      generate('--count', '50', '--seed', '7'),
      generate('--count', '50', '--seed', '8'),
    ]);
    expect(first).toBe(again);
    expect(first).not.toBe(other);
  });

  it('holds a thousand users that the server accepts', () => {
    expect(users).toHaveLength(1000);
    const refused = users.flatMap(user => parseUserInput(user).issues ?? []);
    expect(refused).toEqual([]);
  });

  it('has unique ids and names, so that it can be imported with unique usernames enforced', () => {
    expect(new Set(users.map(user => user.id)).size).toBe(1000);
    const names = users.map(({ name = '' }) =>
      name
        .normalize('NFKC')
        .replace(/[^\p{L}\p{M}\p{N}]/gu, '')
        .toLowerCase(),
    );
    expect(new Set(names).size).toBe(1000);
  });

  it('is written in many scripts', () => {
    const scripts = [
      'Latin',
      'Cyrillic',
      'Greek',
      'Arabic',
      'Hebrew',
      'Devanagari',
      'Bengali',
      'Tamil',
      'Han',
      'Hangul',
      'Hiragana',
      'Katakana',
      'Thai',
      'Georgian',
      'Armenian',
      'Ethiopic',
    ];
    const missing = scripts.filter(script => {
      const letter = new RegExp(`\\p{Script=${script}}`, 'u');
      return !users.some(user => letter.test(user.name ?? ''));
    });
    expect(missing).toEqual([]);
    expect(
      users.some(user => /[^\0-\x7f]/.test(user.name ?? '') && /\p{Script=Latin}/u.test(user.name ?? '')),
    ).toBe(true);
  });

  it('points nowhere outside the domains that are reserved for examples', () => {
    const urls = text.match(/https?:\/\/[^"]+/g) ?? [];
    expect(urls.length).toBeGreaterThan(800);
    expect(urls.filter(url => !url.startsWith('https://images.example.com/'))).toEqual([]);
  });
});
