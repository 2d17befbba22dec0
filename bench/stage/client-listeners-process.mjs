/**
 * Listeners through the real client, in a process of their own. `startClientListeners` forks one. It counts what its handlers
 * receive, and the CPU time that this takes.
 */
import { fileURLToPath } from 'node:url';
import { createServerClient } from '@rollcall/client/server';
import { answerQuestions, startForked } from './forked.mjs';
import { now } from './in-flight.mjs';

/** @returns when all of them listen. `heard(events)` resolves when so many have come since it was asked last. */
export async function startClientListeners({ url, secret, count }) {
  const { ask, stop } = startForked(fileURLToPath(import.meta.url), { argument: '--client-listeners' });
  await ask({ do: 'open', url, secret, count });
  return { heard: events => ask({ do: 'heard', events }), stop };
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
    heard: ({ events }) =>
      new Promise(resolve => {
        waits = () => {
          if (heard < events) return;
          waits = () => undefined;
          const { user, system } = process.cpuUsage(cpu);
          cpu = process.cpuUsage();
          resolve({ at: now(), cpuMs: (user + system) / 1000 });
          heard -= events;
        };
        waits();
      }),
  });
}
