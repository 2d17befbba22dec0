import { createClient } from '@rollcall/client';
import { createServerClient } from '@rollcall/client/server';
import { CLIENT_METHODS, MAKERS, SERVER_METHODS } from '../support/mistakes/good-arguments.js';
import { makeMistake } from '../support/mistakes/make-mistake.js';
import { mistakesOf } from '../support/mistakes/mistake.js';
import { table } from './generated-pages.js';

/** Nobody listens there: what is not refused before anything is sent is `UNAVAILABLE`. */
const URL = 'http://127.0.0.1:1';

/** What the clients say to each mistake that the tests make. Methods that both clients have stand here once. */
export async function mistakesTable(): Promise<string> {
  const server = createServerClient({ url: URL, secret: 'a-secret-of-more-than-thirty-two-bytes' });
  const client = createClient({ url: URL });
  const sections = [
    { methods: MAKERS, own: undefined },
    { methods: SERVER_METHODS, own: server },
    { methods: CLIENT_METHODS, own: client },
  ];
  const rows = new Map<string, string[]>();
  for (const { methods, own } of sections) {
    for (const [method, good] of Object.entries(methods)) {
      for (const mistake of mistakesOf(method, good)) {
        const error = await makeMistake(mistake, own);
        const [, said = ''] = /^(.*) \([^()]*\)$/s.exec(error?.message ?? '') ?? [];
        const answer = error?.code === 'INPUT_INVALID' ? said : `${error?.code}: ${error?.message}`;
        const row = [method, mistake.what, answer.replaceAll('<', '\\<')];
        rows.set(row.join(), row);
      }
    }
  }
  return table(
    ['Method', 'Mistake', 'What `INPUT_INVALID` says before the name of the method'],
    [...rows.values()],
  );
}
