/**
 * How cost grows: with 10 thousand, 100 thousand and a million users, and with 10, 1,000 and 5,000 listeners. It writes plots
 * to `docs/images` and the page `docs/growth.md`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { measureFanOut } from '../rows/fan-out.mjs';
import { measureIdle } from '../rows/idle-listeners.mjs';
import { measureIndexBuilding } from '../rows/index-building.mjs';
import { timeQueries } from '../rows/queries.mjs';
import { measureStarts } from '../rows/starts.mjs';
import { measureWatchers } from '../rows/watchers.mjs';
import { openLargeDirectory } from '../stage/large-directory.mjs';
import { BY_LISTENERS, BY_USERS } from './curves.mjs';
import { growthPage } from './page.mjs';
import { svgPlot } from './plot.mjs';
import { measureWrites } from './writes.mjs';

const DOCS = fileURLToPath(new URL('../../docs', import.meta.url));
const USERS = [10_000, 100_000, 1_000_000];
const LISTENERS = [10, 1000, 5000];
/** How many listeners an event concerns that does not concern all. */
const CONCERNED = 20;

/** @param options.quick small and once: users up to 100,000 and listeners up to 1,000. */
export async function measureGrowth({ quick, rounds, machine }) {
  const begun = performance.now();
  const curves = {};
  const note = (x, values) => {
    for (const [name, value] of Object.entries(values)) {
      curves[name] ??= [];
      curves[name].push([x, value]);
    }
    const text = Object.entries(values).map(([name, value]) => `${name} ${value.toPrecision(3)}`);
    console.log(`  ${x.toLocaleString('en')}: ${text.join(', ')}`);
  };
  for (const users of USERS.slice(0, quick ? 2 : 3)) await byUsers(users, { quick, rounds, note });
  for (const listeners of LISTENERS.slice(0, quick ? 2 : 3))
    await byListeners(listeners, { quick, rounds, note });
  mkdirSync(`${DOCS}/images`, { recursive: true });
  const plots = [
    ...BY_USERS.map(plot => ({ ...plot, x: 'users' })),
    ...BY_LISTENERS.map(plot => ({ ...plot, x: 'listeners' })),
  ].map(({ curves: whys, ...plot }) => ({
    ...plot,
    whys,
    series: Object.fromEntries(Object.keys(whys).map(name => [name, curves[name]])),
  }));
  for (const plot of plots) writeFileSync(`${DOCS}/images/${plot.name}.svg`, svgPlot(plot));
  const tookSeconds = Math.round((performance.now() - begun) / 1000);
  writeFileSync(`${DOCS}/growth.md`, growthPage(plots, { quick, rounds, machine, tookSeconds }));
  console.log(`the plots are in docs/images, and the page is docs/growth.md, after ${tookSeconds} s`);
  return true;
}

async function byUsers(users, { quick, rounds, note }) {
  console.log(`— with ${users.toLocaleString('en')} users`);
  const large = openLargeDirectory(users);
  const size = { users, large, rounds };
  const queries = await timeQueries({ ...size, turns: quick ? 30 : 100, mostMs: 10_000 });
  const writes = await measureWrites({ ...size, quick });
  const starts = await measureStarts(size);
  const index = await measureIndexBuilding(size);
  note(users, {
    ...queries,
    ...writes,
    start: starts.large,
    'start after SIGKILL': starts.killed,
    'index of a custom field': index.seconds,
    'the longest write meanwhile': index.waited / 1000,
  });
  await large.close();
}

async function byListeners(listeners, { quick, rounds, note }) {
  console.log(`— with ${listeners.toLocaleString('en')} listeners`);
  const events = Math.max(100, Math.min(5000, Math.round((quick ? 5e5 : 2e6) / listeners / 100) * 100));
  const all = await measureFanOut({ listeners, events, singles: quick ? 10 : 50, rounds, mostMs: 20_000 });
  const few = await measureWatchers({
    users: listeners,
    concerned: Math.min(CONCERNED, listeners),
    singles: quick ? 20 : 50,
    rounds,
  });
  const idle = await measureIdle(listeners);
  note(listeners, {
    'through the stack': all.burst,
    'raw ws frames': all.rawBurst,
    'to all listeners': all.single.p95,
    'to all, raw ws frames': all.rawSingle.p95,
    'to the 20 whom it concerns': few.ours.p95,
    'to 20, raw ws frames': few.raw.p95,
    ours: Math.max(0.01, (idle.ours.used * listeners) / 1024),
    'raw ws sockets': Math.max(0.01, (idle.raw.used * listeners) / 1024),
  });
}
