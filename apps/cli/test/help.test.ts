/** The help of every command: it ends with lines to copy, and the program itself takes them. */
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { CommandContext } from '../src/context.js';
import { createProgram } from '../src/run.js';
import { rollcall } from './harness.js';

/** A command and all below it, each with the words that call it. */
function commandsOf(command: Command, path: string[] = []): { path: string[]; command: Command }[] {
  const below = command.commands.flatMap(one => commandsOf(one, [...path, one.name()]));
  return [{ path, command }, ...below];
}

/** A program that only parses: its commands note that they were called, and do nothing. */
function parsingProgram(): { program: Command; called: string[][] } {
  const output = () => Object.assign(new PassThrough().resume(), { columns: 120 });
  const context: CommandContext = {
    env: {},
    directory: '/',
    stdin: new PassThrough(),
    stdout: output(),
    stderr: output(),
    interrupted: new AbortController().signal,
    exitCode: 0,
  };
  const program = createProgram(context);
  const called: string[][] = [];
  for (const { path, command } of commandsOf(program)) {
    if (command.commands.length === 0) command.action(() => void called.push(path));
  }
  return { program, called };
}

/** The lines at the end of a help text. */
function examplesOf(help: string): string[] {
  const [, end] = /\nExamples?:\n((?: {2}.+\n)+)$/.exec(help) ?? [];
  return (end ?? '').split('\n').flatMap(line => line.trim() || []);
}

/** The words that a shell makes of a line, up to a pipe. */
function wordsOf(line: string): string[] {
  const words = [...line.matchAll(/'([^']*)'|[^\s']+/g)].map(([word, quoted]) => quoted ?? word);
  const end = words.indexOf('|');
  return end === -1 ? words : words.slice(0, end);
}

const all = commandsOf(parsingProgram().program).map(({ path, command }) => ({
  name: ['rollcall', ...path].join(' '),
  path,
  isGroup: command.commands.length > 0,
}));

describe('the help of every command ends with an example of it that the program takes', () => {
  it.each(all)('$name', async ({ path, isGroup }) => {
    const { out } = await rollcall([...path, '--help']);
    const lines = examplesOf(out);
    expect(lines, out).not.toEqual([]);
    for (const line of lines) {
      const words = wordsOf(line);
      const start = words.findIndex(word => !/^ROLLCALL_[A-Z_]+=/.test(word));
      expect(words[start], line).toBe('rollcall');
      const { program, called } = parsingProgram();
      await program.parseAsync(words.slice(start + 1), { from: 'user' });
      expect(called, line).toHaveLength(1);
      expect(isGroup ? called[0]?.slice(0, path.length) : called[0], line).toEqual(path);
    }
  });
});
