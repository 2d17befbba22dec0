/**
 * From a clean checkout to a console with live rows, by the commands of the README and nothing else, with what each step took.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, temporaryFolder } from '@rollcall/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../browser/browser-pages.js';
import { rowOf, signIn } from '../browser/console-harness.js';
import { ROOT, trackedFiles } from '../repo/tracked-files.js';
import { until } from '../support/until.js';

const run = promisify(execFile);

let clone: string;
let env: NodeJS.ProcessEnv;
let browser: Browser;
let server: ChildProcess | undefined;

beforeAll(async () => {
  clone = await temporaryFolder();
  for (const { path } of trackedFiles()) {
    await mkdir(dirname(join(clone, path)), { recursive: true });
    await cp(join(ROOT, path), join(clone, path));
  }
  await run('git', ['init', '-q'], { cwd: clone });
  // Another server may have the port of the README.
  const port = String(await freePort());
  // What runs this test has set how npm and Node resolve things: a reader has not.
  const given = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_|ROLLCALL_|VITEST|TURBO_)/.test(name),
  );
  env = { ...Object.fromEntries(given), ROLLCALL_PORT: port, ROLLCALL_URL: `http://127.0.0.1:${port}` };
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  // All of its group: npm starts others, and they would go on without it.
  if (server?.pid && server.exitCode === null) {
    process.kill(-server.pid, 'SIGTERM');
    await once(server, 'exit');
  }
});

/** The commands that the README shows in its first minute: to install and to start, and then to watch and to import. */
async function commandsOfReadme() {
  const [, section = ''] =
    /^## The first minute\n(.*?)^## /ms.exec(await readFile(join(clone, 'README.md'), 'utf8')) ?? [];
  const [start = '', ...later] = [...section.matchAll(/^ {4}(.+)$/gm)].map(([, line = '']) => line);
  const [install = '', begin = ''] = start.split(' && ');
  const imports = later.find(line => line.includes(' import ')) ?? '';
  expect([install, begin, imports]).toEqual([
    'npm ci',
    'npm start',
    'npx rollcall import samples/users.ndjson',
  ]);
  return { install, begin, imports };
}

const shell = (command: string) => run('sh', ['-ec', command], { cwd: clone, env, maxBuffer: 2 ** 26 });

it('the first minute of the README leads to a console with live rows', async () => {
  const { install, begin, imports } = await commandsOfReadme();
  const steps: [step: string, seconds: number][] = [];
  let last = performance.now();
  const done = (step: string) => {
    const now = performance.now();
    steps.push([step, (now - last) / 1000]);
    last = now;
  };

  await shell(install);
  done(install);

  let printed = '';
  server = spawn('sh', ['-ec', `exec ${begin}`], {
    cwd: clone,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  for (const stream of [server.stdout, server.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  const url = env.ROLLCALL_URL ?? '';
  await until('the server answers', async () => {
    if (server?.exitCode !== null) throw new Error(printed);
    return (await fetch(`${url}/readyz`).catch(() => undefined))?.ok === true;
  });
  done(begin);

  const page: Page = await (await browser.newContext()).newPage();
  await page.goto(url);
  await signIn(page, (await readFile(join(clone, 'data/rollcall.secret'), 'utf8')).trim());
  await page.getByText('There are no users yet').waitFor();
  done('the console, signed in');

  await shell(imports);
  done(imports);
  await page.goto(`${url}/users`);
  await until('rows', async () => (await page.getByRole('row').count()) > 10);
  done('rows in the console');

  const people = (await readFile(join(clone, 'samples/users.ndjson'), 'utf8')).trim().split('\n');
  const shown = (await page.getByRole('row').nth(3).textContent()) ?? '';
  const person = people.map(line => JSON.parse(line) as { id: string }).find(({ id }) => shown.includes(id));
  await shell(`npx rollcall users update ${person?.id} --set name="A new name"`);
  await rowOf(page, 'A new name').waitFor();
  done('a change, seen live');

  const whole = steps.reduce((sum, [, seconds]) => sum + seconds, 0);
  const lines = [...steps, ['in all', whole] as const].map(
    ([step, seconds]) => `${seconds.toFixed(1).padStart(7)} s  ${step}`,
  );
  console.info(`the first hour on ${cpus().length} × ${cpus()[0]?.model}:\n${lines.join('\n')}`);
});
