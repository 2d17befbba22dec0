/** The page of the command and its help say the same. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../src/context.js';
import { rollcall } from './harness.js';

const page = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const guide = await readFile(new URL('../../../docs/moving-in.md', import.meta.url), 'utf8');

/** The commands that a help text lists. */
async function commandsOf(...path: string[]): Promise<string[]> {
  const { exitCode, out } = await rollcall([...path, '--help']);
  expect(exitCode).toBe(0);
  const [, rest = ''] = out.split('\nCommands:\n');
  const [list = ''] = rest.split('\n\n');
  return [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)]
    .map(([, name = '']) => name)
    .filter(name => name !== 'help');
}

describe('the page of the command', () => {
  it('lists every command, and every command below it', async () => {
    const [list = ''] = page.split('\n## ');
    for (const name of await commandsOf()) {
      const lines = list.split('\n').filter(line => new RegExp(`^    rollcall .*\\b${name}\\b`).test(line));
      expect(lines, name).not.toEqual([]);
      for (const below of await commandsOf(name)) {
        expect(
          lines.some(line => line.includes(` ${below}`)),
          `${name} ${below}`,
        ).toBe(true);
      }
    }
  });

  it('names the options of import and sync, and no option in an example that the command does not have', async () => {
    for (const name of ['import', 'sync']) {
      const { out } = await rollcall([name, '--help']);
      for (const [option] of out.matchAll(/--[a-z-]{3,}/g)) {
        if (!['--help', '--format', '--concurrency'].includes(option)) expect(page).toContain(option);
      }
    }
    const examples = `${page}\n${guide}`.matchAll(/^(?: {4})?rollcall ((?:[a-z-]+ ?)+)(.*)$/gm);
    for (const [line, path = '', rest = ''] of examples) {
      if (line.includes(' | ')) continue;
      const words = path.trim().split(' ');
      const { out } = await rollcall([words[0] ?? '', words[1] ?? '', '--help']);
      for (const [option] of rest.matchAll(/--[a-z-]{3,}/g)) expect(out, line).toContain(option);
    }
  });

  it('has the table of exit codes, as the help has it', async () => {
    const { out } = await rollcall(['--help']);
    const [, table = ''] = page.split('**Exit codes**');
    for (const code of Object.values(EXIT_CODES)) {
      expect(table).toMatch(new RegExp(`^\\| ${code} \\|`, 'm'));
      expect(out.split('Exit codes:')[1]).toContain(`${code} `);
    }
  });
});
