/**
 * What metrics cost: the same work on a server that has them, and is scraped, and on one that has none, in turns within one
 * run. For 1,000 listeners it is bursts of events, and events one at a time; for calls, single writes with 32 in flight. CPU
 * time is the measure that a busy machine disturbs least.
 *
 *     npm run build && node bench/metrics.mjs [--listeners 1000] [--rounds 5] [--events 2000]
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from '@rollcall/testing';
import { MANY_LISTENERS } from './rows/fan-out.mjs';
import { caller } from './stage/call.mjs';
import { temporaryFolder } from './stage/engines.mjs';
import { inFlight, pause } from './stage/in-flight.mjs';
import { startListeners } from './stage/listeners-process.mjs';
import { idOf } from './stage/people.mjs';
import { cpuMsOf, startServer, TOKEN } from './stage/servers.mjs';
import { takeTurns } from './stage/turns.mjs';
import { writePeople } from './stage/write-people.mjs';

const { values } = parseArgs({
  options: {
    listeners: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    events: { type: 'string', default: '2000' },
  },
});
const LISTENERS = Number(values.listeners);
const EVENTS = Number(values.events);
const USERS = 1000;
const BATCH = 100;
/** As much as takes seconds: CPU time is counted in hundredths of one. */
const BURSTS = 6;
const SINGLES = 300;
const CALLS = 8000;
const SCRAPE_MS = 1000;

/** One server with its listeners, and what does the work on it. */
async function startSide(withMetrics) {
  const metricsPort = await freePort();
  const env = { ...MANY_LISTENERS, ...(withMetrics && { ROLLCALL_METRICS_PORT: String(metricsPort) }) };
  const server = await startServer(`sqlite:${join(temporaryFolder(), 'rollcall.sqlite')}`, { env });
  const call = caller(server.url, TOKEN);
  await writePeople(call, USERS);
  const scraping = withMetrics
    ? setInterval(
        () => void fetch(`http://127.0.0.1:${metricsPort}/metrics`).then(answer => answer.text()),
        SCRAPE_MS,
      )
    : undefined;
  let change = 0;
  const write = count => {
    change += 1;
    const users = Array.from({ length: count }, (_, index) => ({
      id: idOf((change * count + index) % USERS),
      set: { change: `n-${change}` },
    }));
    return call('users.partialUpdate', { users });
  };
  /** @returns CPU milliseconds of the server. */
  const costOf = async work => {
    const before = cpuMsOf(server.pid);
    await work();
    return cpuMsOf(server.pid) - before;
  };
  const listened = work => async () => {
    const listening = startListeners();
    await listening.open({ kind: 'events', count: LISTENERS, url: server.url, token: TOKEN });
    await pause(500);
    try {
      return await costOf(() => work(listening));
    } finally {
      await listening.stop();
      await pause(300);
    }
  };
  return {
    bursts: listened(async listening => {
      for (let burst = 0; burst < BURSTS; burst++) {
        await inFlight({ count: EVENTS / BATCH, width: 4, run: () => write(BATCH) });
        await listening.heard(EVENTS * LISTENERS, 60_000);
      }
    }),
    singles: listened(async listening => {
      for (let turn = 0; turn < SINGLES; turn++) {
        await write(1);
        await listening.arrivals(LISTENERS);
      }
    }),
    calls: () => costOf(() => inFlight({ count: CALLS, width: 32, run: () => write(1) })),
    stop: async () => {
      clearInterval(scraping);
      await server.stop();
    },
  };
}

const [without, with_] = [await startSide(false), await startSide(true)];
try {
  for (const work of ['calls', 'bursts', 'singles']) {
    await without[work]();
    await with_[work]();
    const took = await takeTurns(Number(values.rounds), { without: without[work], with: with_[work] });
    const more = (100 * (took.with - took.without)) / took.without;
    console.log(
      `${work}: ${Math.round(took.without)} ms of CPU without metrics, ${Math.round(took.with)} with: ${more.toFixed(1)} % more`,
    );
  }
} finally {
  await Promise.all([without.stop(), with_.stop()]);
}
