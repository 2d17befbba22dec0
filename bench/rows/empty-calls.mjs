/**
 * What a call costs before it does anything: `settings.get` through the whole stack, beside tRPC's own HTTP adapter with a
 * procedure that does nothing, and Node's HTTP server alone.
 */
import { join } from 'node:path';
import { startEmptyCalls } from '../limits/empty-calls-process.mjs';
import { get } from '../stage/call.mjs';
import { temporaryFolder } from '../stage/engines.mjs';
import { inFlight, inFlightFor } from '../stage/in-flight.mjs';
import { tableLine } from '../stage/lines.mjs';
import { percentile } from '../stage/numbers.mjs';
import { cpuMsOf, startServer, TOKEN } from '../stage/servers.mjs';
import { takeTurns } from '../stage/turns.mjs';

const IN_FLIGHT = 16;

export const emptyCalls = {
  name: 'empty-calls',
  says: '`settings.get` beside an empty call',
  run: ({ quick, rounds }) => measure({ seconds: quick ? 1 : 3, alone: quick ? 200 : 1000, rounds }),
};

async function measure({ seconds, alone, rounds }) {
  const ours = await startServer(`sqlite:${join(temporaryFolder(), 'rollcall.sqlite')}`);
  const trpc = await startEmptyCalls('trpc');
  const http = await startEmptyCalls('http');
  const headers = { authorization: `Bearer ${TOKEN}` };
  const calls =
    ({ url, pid }) =>
    async () => {
      const run = () => get(`${url}/trpc/settings.get`, headers);
      await inFlight({ count: 200, width: IN_FLIGHT, run });
      const before = cpuMsOf(pid);
      const { perSecond, tookMs } = await inFlightFor({ seconds, width: IN_FLIGHT, run });
      const cpuMs = (cpuMsOf(pid) - before) / tookMs.length;
      const p50 = percentile((await inFlight({ count: alone, width: 1, run })).tookMs, 0.5);
      return { perSecond, cpuMs, p50 };
    };
  try {
    return lines(await takeTurns(rounds, { ours: calls(ours), trpc: calls(trpc), http: calls(http) }));
  } finally {
    await Promise.all([ours.stop(), trpc.stop(), http.stop()]);
  }
}

function lines({ ours, trpc, http }) {
  const limitIs = "tRPC's HTTP adapter, an empty procedure";
  const note = value => `node:http alone: ${value}`;
  return [
    tableLine({
      work: '`settings.get`, 16 in flight',
      ours: ours.perSecond,
      unit: 'calls/s',
      limit: trpc.perSecond,
      limitIs,
      judged: ours.perSecond,
      judgedUnit: 'calls/s',
      least: 2500,
      stretch: '3,300 calls/s',
      note: note(`${Math.round(http.perSecond)} calls/s`),
    }),
    tableLine({
      work: 'the same: CPU of a call at the server',
      ours: ours.cpuMs,
      unit: 'ms',
      limit: trpc.cpuMs,
      limitIs,
      judged: ours.cpuMs,
      judgedUnit: 'ms',
      most: 0.5,
      note: note(`${http.cpuMs.toFixed(2)} ms`),
    }),
    tableLine({
      work: '`settings.get`, one at a time: p50',
      ours: ours.p50,
      unit: 'ms',
      limit: trpc.p50,
      limitIs,
      judged: ours.p50,
      judgedUnit: 'ms',
      most: 0.8,
      note: note(`${http.p50.toFixed(2)} ms`),
    }),
  ];
}
