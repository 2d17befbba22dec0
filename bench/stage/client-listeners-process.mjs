/**
 * Listeners through the real client, in a process of their own. `startClientListeners` forks one. It counts what its handlers
 * receive, and the CPU time that this takes.
 */
import { fileURLToPath } from 'node:url';
import { createServerClient } from '@rollcall/client/server';
import { answerQuestions, startForked } from './forked.mjs';
import { now } from './in-flight.mjs';

/** @returns when all of them listen. `heard` resolves when so many events have come since it was asked
 * last, or the time is over. */
export async function startClientListeners({ url, secret, count }) {
  const { ask, stop } = startForked(fileURLToPath(import.meta.url), { argument: '--client-listeners' });
  await ask({ do: 'open', url, secret, count });
  return { heard: (events, mostMs) => ask({ do: 'heard', events, mostMs }), stop };
}

if (process.argv[2] === '--client-listeners') {
  let heard = 0;
  let cpu = process.cpuUsage();
  let waits = () => undefined;
  answerQuestions({
    open: async ({ url, secret, count }) => {
      for (let index = 0; index < count; index++) {
        const client = createServerClient({ url, secret });
        const listening = client.on('user.updated', () => {
          heard += 1;
          waits();
        });
        await listening.ready;
      }
      cpu = process.cpuUsage();
    },
    heard: ({ events, mostMs }) =>
      new Promise(resolve => {
        const end = () => {
          waits = () => undefined;
          clearTimeout(timer);
          const { user, system } = process.cpuUsage(cpu);
          cpu = process.cpuUsage();
          resolve({ at: now(), heard, cpuMs: (user + system) / 1000 });
          heard = 0;
        };
        const timer = setTimeout(end, mostMs);
        waits = () => heard >= events && end();
        waits();
      }),
  });
}
