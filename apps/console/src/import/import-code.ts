import { literal, quoted } from '../frame/code-words.js';
import { isImportField, isPassedOver } from './import-fields.js';
import type { ImportSearch } from './import-search.js';
import type { MappedColumn } from './mapping.js';

interface ImportAsked {
  /** Of the file. */
  name: string;
  isCsv: boolean;
  how: ImportSearch;
  columns: readonly MappedColumn[];
}

/** An import as a command, and as a program that reads NDJSON. */
export function codeOfImport(url: string, asked: ImportAsked): Record<string, string> {
  const { delimiter, as_is } = asked.how;
  const ignored = asked.columns.filter(({ name, to }) => to === '' && !isReadOnly(name));
  const renamed = asked.columns.filter(({ name, to }) => to !== '' && to !== name && to !== `custom.${name}`);
  const options = [
    ...(delimiter === undefined ? [] : [`--delimiter ${quoted(delimiter)}`]),
    ...renamed.map(({ name, to }) => `--rename ${quoted(`${name}=${nameOf(to)}`)}`),
    ...ignored.map(({ name }) => `--ignore ${quoted(name)}`),
    ...(as_is ? ['--as-is'] : []),
    '--on-error skip',
    '--dry-run',
  ];
  const typed = asked.isCsv && asked.columns.some(({ as }) => as !== undefined && as !== 'auto');
  const command = [
    `ROLLCALL_URL=${url} rollcall import ${quoted(asked.name)} \\`,
    `  ${options.join(' \\\n  ')}`,
    ...(typed ? ['# The command reads custom data as it looks; --csv-text makes all of it text.'] : []),
  ].join('\n');
  const program = [
    "import { createReadStream } from 'node:fs';",
    "import { createInterface } from 'node:readline';",
    "import { createServerClient } from '@rollcall/client/server';",
    `const server = createServerClient({ url: '${url}', secret: process.env.ROLLCALL_SECRET });`,
    'async function* users() {',
    "  for await (const line of createInterface({ input: createReadStream('users.ndjson') }))",
    '    if (line.trim()) yield JSON.parse(line);',
    '}',
    'const onError = ({ index, error }) => console.error(index, error.message);',
    `const options = ${literal({ ...(as_is && { as_is }), dry_run: true })};`,
    'console.log(await server.importUsers(users(), { ...options, onError }));',
  ].join('\n');
  return { 'Command line': command, TypeScript: program };
}

/** The server ignores it by itself; the reason of a refused row it does not know. */
function isReadOnly(name: string): boolean {
  return isPassedOver(name) && name !== 'import_error';
}

/** Custom data has its plain name, unless that is a built-in field. */
function nameOf(to: string): string {
  const path = to.replace(/^custom\./, '');
  return isImportField(path.split('.')[0] ?? '') ? to : path;
}
