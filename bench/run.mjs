/**
 * Measures every row of the table of speed beside its limit, in one run, and keeps the table in `bench/RESULTS.md`.
 *
 *     npm run bench [-- --only bulk,queries] [-- --users 1000000] [-- --rounds 3] [-- --quick] [-- --list]
 *
 * `--only` takes the beginnings of names of rows, and writes no table; `--list` names them. `--users` is the size of the large
 * directory. `--quick` measures small and once, to see that everything works. Work and limit take turns, and a figure is the
 * median of the rounds. The load runs on the same cores as the server.
 *
 *     npm run bench -- growth [--quick]         how cost grows: plots in `docs/images`, and the page `docs/growth.md`
 *     npm run bench -- comparison --peers <folder> [--quick]      other servers: the figures of `docs/comparison.md`
 */
import { parseArgs } from 'node:util';
import { runComparison } from './comparison/run-comparison.mjs';
import { measureGrowth } from './growth/growth.mjs';
import { ALL_ROWS } from './rows/all-rows.mjs';
import { measureRows } from './rows/measure-rows.mjs';
import { watchMachine } from './stage/machine.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    peers: { type: 'string' },
    users: { type: 'string', default: '1000000' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});
const { only, peers, quick, list } = values;

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const options = {
  only,
  quick,
  rounds: Number(values.rounds ?? (quick ? 1 : 3)),
  users: Number(values.users),
  machine: watchMachine(),
};

const MODES = {
  rows: () => measureRows(options),
  growth: () => measureGrowth({ ...options, rounds: Number(values.rounds ?? 1) }),
  comparison: () => runComparison({ ...options, peers }),
};

if (list) {
  for (const { name, says } of ALL_ROWS) console.log(`${name.padEnd(22)} ${says}`);
  process.exit(0);
}
const [mode = 'rows'] = positionals;
if (!Object.hasOwn(MODES, mode)) {
  console.error(`there is no ${mode}; accepted are ${Object.keys(MODES).join(', ')}`);
  process.exit(1);
}
process.exit((await MODES[mode]()) ? 0 : 1);
