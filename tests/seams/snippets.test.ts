/** The TypeScript that pages show compiles as it stands there, and that of the first page runs. */
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { trackedFiles } from '../repo/tracked-files.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { makeReaderProject, type ReaderProject } from '../support/reader-project.js';
import { PAGES, type Snippet, snippetsOf } from '../support/snippets.js';

let project: ReaderProject;
let server: ServerProcess;
let backEnd: ServerClient;

beforeAll(async () => {
  project = await makeReaderProject();
  server = await startServerProcess();
  backEnd = createServerClient({ url: server.url, secret: SECRET });
});

afterAll(async () => {
  await backEnd?.disconnect();
  await server?.stop();
});

/** The beginning of a piece of TypeScript, also where it is indented or marked otherwise. */
const FENCE = /^[ \t>]*(?:`{3,}|~{3,})[ \t]*(?:ts|tsx|mts|cts|typescript)\b/gim;

it('no page that shows TypeScript is left out, and no piece of it', async () => {
  const shown = trackedFiles()
    .filter(({ path }) => path.endsWith('.md'))
    .map(({ path, text }) => [path, [...text.matchAll(FENCE)].length] as const)
    .filter(([, pieces]) => pieces > 0);
  const tried = Object.keys(PAGES).map(async page => [page, (await snippetsOf(page)).length] as const);
  expect(Object.fromEntries(await Promise.all(tried))).toEqual(Object.fromEntries(shown));
});

it('every snippet compiles in strict TypeScript', async () => {
  const snippets = (await Promise.all(Object.keys(PAGES).map(page => snippetsOf(page)))).flat();
  expect(snippets.length).toBeGreaterThanOrEqual(12);
  expect(await project.compile(snippets)).toBe('');
});

/** What the program of a reader does where a snippet uses it; it ends with the first event. */
const GIVEN = `
  Object.assign(globalThis, {
    people: [{ id: 'john' }],
    lastEventId: undefined,
    save: id => { console.log('saved', id); process.exit(0); },
    render: user => { console.log('rendered', user.id); process.exit(0); },
    fetchTokenFromYourBackEnd: async () => process.env.TOKEN,
  });`;

it('what the README shows runs beside a server that was just started', async () => {
  const [ofBackEnd, ofBrowser] = (await snippetsOf('README.md')) as [Snippet, Snippet];
  const runs = async (snippet: Snippet, token: string) => {
    expect(snippet.code).toContain('http://localhost:4600');
    const { ended } = project.start(snippet, { url: server.url, given: GIVEN, env: { TOKEN: token } });
    let over = false;
    const changing = (async () => {
      for (let change = 0; !over; change++) {
        await backEnd.upsertUsers([{ id: 'kim', teams: ['red'], change }]);
        await new Promise(resolve => setTimeout(resolve, 200));
      }
    })();
    const printed = await ended.finally(() => {
      over = true;
    });
    await changing;
    return printed;
  };
  const token = await backEnd.createToken('jane');
  expect(await runs(ofBackEnd, token)).toMatch(/^saved [0-9a-f]+\.\d+$/m);
  const { task_id } = await backEnd.reactivateUsers(['jane', 'john']);
  await backEnd.waitForTask(task_id);
  expect(await runs(ofBrowser, token)).toMatch(/^rendered kim$/m);
});
