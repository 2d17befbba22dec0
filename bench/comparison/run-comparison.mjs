/**
 * The same load on Rollcall, Parse Server and Directus, one after the other, each on a fresh database of one PostgreSQL. It
 * puts the figures into `docs/comparison.md`, between the marks.
 *
 *     npm run bench -- comparison --peers <folder> [--quick] [--only parse]
 *
 * The other two are installed in `<folder>/parse-server` and `<folder>/directus`, outside of this repository.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '@rollcall/testing';
import pg from 'pg';
import { temporaryFolder } from '../stage/engines.mjs';
import { shown } from '../stage/numbers.mjs';
import { measureCalls, measureLive } from './load.mjs';
import { measuresOf } from './measures.mjs';
import { PRODUCTS } from './products.mjs';

const PAGE = fileURLToPath(new URL('../../docs/comparison.md', import.meta.url));
const BEGIN = '<!-- figures -->';
const END = '<!-- end of the figures -->';

const SIZES = {
  quick: { users: 5000, measured: 2000, rounds: 1, turns: 50, seconds: 1, subscribers: 200, updates: 10 },
  whole: {
    users: 100_000,
    measured: 20_000,
    rounds: 3,
    turns: 400,
    seconds: 4,
    subscribers: 1000,
    updates: 50,
  },
};

/** @param options.peers the folder of the other servers. `only` takes the beginning of a name. */
export async function runComparison({ quick, peers, only, machine }) {
  const wanted = PRODUCTS.filter(({ name }) => !only || name.toLowerCase().startsWith(only.toLowerCase()));
  const missing = wanted.filter(product => !isInstalled(product, peers));
  if (missing.length > 0) {
    for (const product of missing) console.error(howToInstall(product, peers));
    return false;
  }
  const size = quick ? SIZES.quick : SIZES.whole;
  const begun = performance.now();
  const figures = {};
  const postgres = await startPostgres();
  try {
    for (const product of wanted) {
      console.log(`— ${product.name}`);
      figures[product.name] = await measureProduct(product, { postgres, peers, size });
      for (const [name, says] of Object.entries(measuresOf(size))) {
        console.log(`  ${says}: ${shown(figures[product.name][name])}`);
      }
    }
  } finally {
    await postgres.stop();
  }
  const tookSeconds = Math.round((performance.now() - begun) / 1000);
  if (!only) fillPage(tableOf(figures, { size, quick, tookSeconds, machine }));
  return true;
}

async function measureProduct(product, { postgres, peers, size }) {
  const name = folderOf(product).replaceAll('-', '_');
  const admin = new pg.Client({ connectionString: postgres.url });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const databaseUrl = Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href;
  const own = new pg.Client({ connectionString: databaseUrl });
  await own.connect();
  const folder = peers && join(resolve(peers), folderOf(product));
  const where = {
    databaseUrl,
    folder,
    file: join(temporaryFolder(), 'database.sqlite'),
    sql: text => own.query(text),
  };
  const within = async measure => {
    const server = await product.start(where);
    try {
      return await measure(server, size);
    } finally {
      await server.stop();
    }
  };
  try {
    const calls = await within(measureCalls);
    // What the calls left in the memory of the process would hide what a listener costs.
    const live = await within(measureLive);
    return { ...calls, ...live };
  } finally {
    await own.end();
  }
}

const folderOf = ({ name }) => name.toLowerCase().replaceAll(' ', '-');

function isInstalled(product, peers) {
  if (!product.install) return true;
  return peers !== undefined && existsSync(join(peers, folderOf(product), 'node_modules'));
}

function howToInstall(product, peers = '<folder>') {
  const folder = join(peers, folderOf(product));
  const steps = [`mkdir -p ${folder}`, `cd ${folder}`, 'npm init -y', ...product.install];
  return `${product.name} is not installed. Run:
${steps.map(step => `  ${step}`).join('\n')}
and give the folder above it: npm run bench -- comparison --peers ${peers}`;
}

function tableOf(figures, { size, quick, tookSeconds, machine }) {
  const names = Object.keys(figures);
  const rows = Object.entries(measuresOf(size)).map(
    ([measure, says]) => `| ${says} | ${names.map(name => shown(figures[name][measure])).join(' | ')} |`,
  );
  const versions = PRODUCTS.flatMap(({ version }) => version ?? []).join(', ');
  return `${quick ? 'A quick run on a machine that others used as well: no more than a sign that everything works.\n\n' : ''}| | ${names.join(' | ')} |
|---|${names.map(() => '---:|').join('')}
${rows.join('\n')}

\`npm run bench -- comparison${quick ? ' --quick' : ''}\`, ${new Date().toISOString().slice(0, 10)}, ${tookSeconds} s; ${versions}. ${machine()}`;
}

function fillPage(table) {
  const page = readFileSync(PAGE, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const after = rest.split(END)[1];
  writeFileSync(PAGE, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`);
  console.log('the figures are in docs/comparison.md');
}
