import { type Figure, figureTable, machine } from './figures.js';

/** The page of how fast the console is with very many users. */
export function speedPage(
  figures: readonly Figure[],
  { users, madeInMs, browser }: { users: number; madeInMs: number | undefined; browser: string },
): string {
  const made =
    madeInMs === undefined
      ? ' The directory was there already; to make one takes one to two minutes.'
      : ` To make the directory took ${Math.round(madeInMs / 1000)} s.`;
  return `# How fast the console is with a million users

A real server on \`sqlite3\` with ${users.toLocaleString('en')} users, and the console in a real Chromium beside it on the same
machine. \`npm run test:million\` measures it and fails where p95 is over a bar. With \`ROLLCALL_TEST_MILLION_PAGE=1\` it writes
this page, as it did on ${new Date().toISOString().slice(0, 10)}.${made}

${machine(browser)}.

${figureTable(figures)}

- **server.** From sending the call to having read the answer, over HTTP: the first hundred users, or how many there are up to a
  thousand. Each counts by itself.
- **screen.** From the key or the click to the paint that shows the rows, by the browser's own clock. The search waits for 120 ms
  after the last key before it asks, which is part of it.
- **key to paint.** From a key to the next paint, while a thousand events a second come for a minute: each hundred are changes
  of twenty of the rows in sight, of seventy other users, and ten users who are new. The heap of the page,
  its nodes and its listeners are looked at after collecting the garbage. The most of the second half of the minute may be 2 MiB,
  200 nodes and 50 listeners above the most of the first: what is under way differs from look to look.

The searches are beginnings of names that many have, whole names, two words, numbers, ids begun and whole, and what nobody has.
The filters are two custom fields with an index and every built-in field. The sorts are those of the headings, both ways.
\`tests/million/listings.ts\` lists them all. A filter or sort by a custom field without an index reads every user; the console
says so and offers to make the index.
`;
}
