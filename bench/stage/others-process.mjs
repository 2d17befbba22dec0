/**
 * Others who write while something large is going on, in a process of their own: they wait for the server, and not for the
 * load. `startOthers` forks it.
 */
import { fileURLToPath } from 'node:url';
import { caller } from './call.mjs';
import { answerQuestions, startForked } from './forked.mjs';
import { repeatedly } from './in-flight.mjs';
import { TOKEN } from './servers.mjs';

const ID = 'other';

/** @returns `begin`, after which one user is written again and again, and `end`, which says how many milliseconds each took. */
export function startOthers() {
  const { ask, stop } = startForked(fileURLToPath(import.meta.url), { argument: '--others' });
  return { begin: url => ask({ do: 'begin', url }), end: () => ask({ do: 'end' }), stop };
}

let written = 0;
let end;

if (process.argv[2] === '--others') {
  answerQuestions({
    begin: async ({ url }) => {
      const call = caller(url, TOKEN);
      await call('users.upsert', { users: [{ id: ID }] });
      const write = () => call('users.partialUpdate', { users: [{ id: ID, set: { n: written++ } }] });
      end = repeatedly(write, { everyMs: 5 });
    },
    end: () => end(),
  });
}
