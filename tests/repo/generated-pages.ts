import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ROOT } from './tracked-files.js';

/** One table of docs/, made from the table in the source that the programs themselves go by. */
export type GeneratedTable = () => string;

/**
 * Checks that the tables of a page are what the source says. In a page, a table stands between
 * `<!-- generated: name -->` and `<!-- end -->`; `npm run docs` writes it there, and every other run compares.
 * @throws when the page has no place for one of its tables, or a place that nothing fills.
 */
export async function expectUpToDate(path: string, tables: Record<string, GeneratedTable>): Promise<void> {
  const file = join(ROOT, path);
  const filled: string[] = [];
  const page = readFileSync(file, 'utf8').replace(
    /<!-- generated: ([a-z-]+) -->\n[\s\S]*?<!-- end -->/g,
    (_, name: string) => {
      const make = tables[name];
      if (!make) throw new Error(`nothing makes the table ${name} of ${path}`);
      filled.push(name);
      return `<!-- generated: ${name} -->\n\n${make()}\n\n<!-- end -->`;
    },
  );
  expect(filled.sort()).toEqual(Object.keys(tables).sort());
  await expect(page).toMatchFileSnapshot(file);
}

/** A table in Markdown. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
