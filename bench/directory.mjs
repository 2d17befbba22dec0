/**
 * Makes the large directory of the benchmarks as one file, for tests that need very many users: the same people, written in
 * the same way, with the same indexes.
 *
 *     node bench/directory.mjs --file /somewhere/directory.sqlite [--users 1000000]
 */
import { renameSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openLargeDirectory } from './stage/large-directory.mjs';

const { values } = parseArgs({
  options: { file: { type: 'string' }, users: { type: 'string', default: '1000000' } },
});
if (values.file === undefined) {
  console.error('--file is missing: where to put the directory');
  process.exit(1);
}
const large = openLargeDirectory(Number(values.users));
const { file } = await large.copy();
renameSync(file, values.file);
await large.close();
