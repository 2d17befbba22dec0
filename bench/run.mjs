/**
 * Measures every row of the table of speed beside its limit, in one run, and keeps the table in `bench/RESULTS.md`.
 *
 *     npm run bench [-- --only bulk,queries] [-- --users 1000000] [-- --rounds 3] [-- --quick] [-- --list]
 *
 * `--only` takes the beginnings of names of rows, and writes no table. `--users` is the size of the large directory.
 * `--quick` measures small and once, to see that everything works. Work and limit take turns, and a figure is the median
 * of the rounds. The load runs on the same cores as the server.
 *
 *     npm run bench -- growth [--quick]     how cost grows: plots in `docs/images`, and the page `docs/growth.md`
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measureGrowth } from './growth/growth.mjs';
import { ALL_ROWS } from './rows/all-rows.mjs';
import { openLargeDirectory } from './stage/large-directory.mjs';
import { lineText } from './stage/lines.mjs';
import { writeResults } from './stage/results.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    users: { type: 'string', default: '1000000' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const wanted = values.only?.split(',');
const rows = ALL_ROWS.filter(({ name }) => !wanted || wanted.some(one => name.startsWith(one)));
if (rows.length === 0) {
  console.error(
    `no row begins with ${values.only}; there are ${ALL_ROWS.map(({ name }) => name).join(', ')}`,
  );
  process.exit(1);
}

if (values.list) {
  for (const { name, says } of ALL_ROWS) console.log(`${name.padEnd(22)} ${says}`);
  process.exit(0);
}

const quick = values.quick;
const options = { quick, rounds: Number(values.rounds ?? (quick ? 1 : 3)), users: Number(values.users) };
const loadBefore = loadavg()
  .map(one => one.toFixed(1))
  .join(' ');
if (positionals[0] === 'growth') {
  await measureGrowth({ quick, rounds: Number(values.rounds ?? 1), loadBefore });
  process.exit(0);
}

const begun = performance.now();
const seconds = () => Math.round((performance.now() - begun) / 1000);
const large = openLargeDirectory(options.users);
const lines = [];
const failures = [];
for (const row of rows) {
  console.log(`— ${row.says}`);
  try {
    const measured = await row.run({ ...options, large });
    lines.push(...measured);
    for (const line of measured) console.log(`  ${lineText(line)}`);
  } catch (error) {
    failures.push(row.name);
    console.error(`  ${row.name} failed: ${error.stack}`);
  }
  console.log(`  after ${seconds()} s`);
}
await large.close();
if (!wanted && failures.length === 0) writeResults(lines, { ...options, loadBefore, tookSeconds: seconds() });
if (failures.length > 0) console.error(`failed: ${failures.join(', ')}`);
process.exit(failures.length > 0 ? 1 : 0);
