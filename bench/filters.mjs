/**
 * Measures queries that cost much within all limits: many comparisons of one custom path, walks through arrays, sorts by
 * custom fields. Each takes turns with a query that reads as many users and compares a column, which is the limit.
 *
 *     npm run build && node bench/filters.mjs [--users 100000] [--engines sqlite,better-sqlite3,postgres] [--core <folder>]
 *
 * `--only` takes a part of a name, and runs the queries whose name has it.
 * `--core` names a second build of packages/core; each query runs on both, in turns, so that one run compares them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { startPostgres } from '@rollcall/testing';

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '100000' },
    engines: { type: 'string', default: 'sqlite,better-sqlite3,postgres' },
    core: { type: 'string' },
    only: { type: 'string' },
  },
});
const USERS = Number(values.users);
const HERE = fileURLToPath(new URL('../packages/core', import.meta.url));
const BUILDS = [HERE, ...(values.core ? [values.core] : [])];

const load = (build, file) => import(pathToFileURL(join(build, 'dist', file)).href);
const list = (count, make) => Array.from({ length: count }, (_, index) => make(index));

/** A user whose custom data is of an ordinary size, with an array of objects. */
function customData(index) {
  return {
    city: `city-${index % 500}`,
    age: index % 90,
    score: (index * 7919) % 100_003,
    plan: index % 3 ? 'free' : 'paid',
    about: `Person number ${index} likes long walks, and says so in about a hundred characters of plain text.`,
    orders: list(5, order => ({ price: (index + order * 37) % 1000, sizes: [order, index % 7] })),
  };
}

const FILTERS = {
  'a column, the limit': [{ language: 'xx' }],
  '$or of 100 equalities': [{ $or: list(100, index => ({ city: `none-${index}` })) }],
  '$or of 40 equalities through an array': [{ $or: list(40, index => ({ 'orders.price': -index - 1 })) }],
  '$or of 40 ranges': [{ $or: list(40, index => ({ score: { $gt: 1e6 + index } })) }],
  '$or of 40 ranges through an array': [
    { $or: list(40, index => ({ 'orders.price': { $gt: 1e6 + index } })) },
  ],
  '$or of 40 pairs through an array': [
    { $or: list(40, index => ({ 'orders.price': { $gt: 990 + index / 100 }, age: { $lt: -index } })) },
  ],
  '$or of 40 paths through an array': [{ $or: list(40, index => ({ [`orders.p${index}`]: { $gt: 1 } })) }],
  'sort by five custom fields': [
    {},
    ['plan', 'city', 'age', 'about', 'score'].map(field => ({ field, direction: 1 })),
  ],
};

async function fill(url) {
  const core = await load(HERE, 'index.js');
  const directory = await core.openDirectory({ databaseUrl: url, runTasks: false });
  for (let first = 0; first < USERS; first += 100) {
    const users = list(100, index => ({
      id: `u${first + index}`,
      language: 'en',
      custom: customData(first + index),
    }));
    await directory.users.upsert({ type: 'server' }, users);
  }
  await directory.close();
}

async function measure(engine, url) {
  const { parseFilter, parseSort } = await load(join(HERE, '../protocol'), 'index.js');
  for (const [name, [filter, sort]] of Object.entries(FILTERS)) {
    if (values.only && !name.includes(values.only)) continue;
    const query = {
      filter: parseFilter(filter, { server: true }),
      sort: parseSort(sort, { server: true }),
      options: { limit: 30 },
      seesInvisible: true,
    };
    const took = [];
    for (const build of BUILDS) {
      // An embedded database belongs to one directory at a time.
      const { openDirectory } = await load(build, 'index.js');
      const directory = await openDirectory({ databaseUrl: url, runTasks: false });
      const begun = performance.now();
      await directory.users.query(query).catch(error => console.log(error.message));
      took.push(`${((performance.now() - begun) / 1000).toFixed(2)} s`.padStart(9));
      await directory.close();
    }
    console.log(`${engine.padEnd(15)} ${name.padEnd(40)} ${took.join(' ')}`);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
console.log(`${USERS} users; ${BUILDS.join(', then ')}`);
for (const engine of values.engines.split(',')) {
  const postgres = engine === 'postgres' ? await startPostgres({ flushesToDisk: false }) : undefined;
  const url = postgres?.url ?? `${engine}:${join(folder, `${engine}.sqlite`)}`;
  try {
    await fill(url);
    await measure(engine, url);
  } finally {
    await postgres?.stop();
  }
}
rmSync(folder, { recursive: true });
