import { literal, quoted } from '../users/list-code.js';
import type { ImportSearch } from './import-search.js';

/** An import as a command, and as a program that reads NDJSON. */
export function codeOfImport(
  url: string,
  { name, isCsv, how }: { name: string; isCsv: boolean; how: ImportSearch },
): Record<string, string> {
  const { map = {}, delimiter, as_is } = how;
  const targets = Object.entries(map);
  const ignored = targets.filter(([, { to }]) => to === '').map(([from]) => quoted(from));
  const renamed = targets
    .filter(([, { to }]) => to !== '')
    .map(([from, { to }]) => `${quoted(from)}=${quoted(to)}`);
  const options = [
    ...(delimiter === undefined ? [] : [`--delimiter ${quoted(delimiter)}`]),
    ...(renamed.length > 0 ? [`--rename ${renamed.join(' ')}`] : []),
    ...(ignored.length > 0 ? [`--ignore ${ignored.join(' ')}`] : []),
    ...(as_is ? ['--as-is'] : []),
    '--on-error skip',
    '--dry-run',
  ];
  const typed = isCsv && targets.some(([, { as }]) => as !== undefined && as !== 'auto');
  const command = [
    `ROLLCALL_URL=${url} rollcall import ${quoted(name)} \\`,
    `  ${options.join(' \\\n  ')}`,
    ...(typed ? ['# The command reads custom data as it looks; --csv-text makes all of it text.'] : []),
  ].join('\n');
  const settings = { ...(as_is && { as_is }), dry_run: true };
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
    `console.log(await server.importUsers(users(), { ...${literal(settings)}, onError }));`,
  ].join('\n');
  return { 'Command line': command, TypeScript: program };
}
