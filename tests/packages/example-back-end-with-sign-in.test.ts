/** The example of a back end with accounts, as somebody gets it: installed, started, and used by people who sign up. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createClient } from '@rollcall/client';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { freePort } from '@rollcall/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type InstalledExample,
  installExample,
  type RunningExample,
} from '../support/processes/installed-example.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { until } from '../support/until.js';

let server: ServerProcess;
let rollcall: ServerClient;
let example: InstalledExample;
let running: RunningExample;
let backEnd: string;

beforeAll(async () => {
  [server, example] = await Promise.all([startServerProcess(), installExample('back-end-with-sign-in')]);
  rollcall = createServerClient({ url: server.url, secret: SECRET });
  const port = await freePort();
  backEnd = `http://localhost:${port}`;
  running = await example.start({
    PORT: String(port),
    ROLLCALL_URL: server.url,
    ROLLCALL_SECRET: SECRET,
    AUTH_SECRET: 'thirty-two characters are enough',
  });
});

afterAll(async () => {
  await running?.end();
  await rollcall?.disconnect();
  await server?.stop();
  await example?.remove();
});

/** A browser: it keeps its cookies, and says from which page it calls. */
function browser(origin = backEnd) {
  let cookie = '';
  return async (path: string, body: object = {}) => {
    const headers = { 'content-type': 'application/json', origin, cookie };
    const response = await fetch(`${backEnd}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const set = response.headers.getSetCookie().map(text => text.split(';')[0]);
    if (set.length > 0) cookie = set.join('; ');
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : undefined };
  };
}

const account = (name: string) => ({ name, email: `${name}@example.com`, password: 'a long password' });
const find = async (id: string) => (await rollcall.queryUsers({ id })).users[0];

/** Somebody who has just signed up. */
async function signUp(name: string) {
  const call = browser();
  const { status, body } = await call('/api/auth/sign-up/email', account(name));
  expect({ status, body }).toMatchObject({ status: 200, body: { user: { name } } });
  return { call, id: body.user.id as string };
}

it('brings a user to Rollcall when somebody signs up, without the e-mail address, and the name when it changes', async () => {
  const { call, id } = await signUp('jane');
  expect(await find(id)).toMatchObject({ id, name: 'jane', role: 'user', custom: {} });
  await rollcall.partialUpdateUser({ id, set: { role: 'admin', book: 'dune' } });
  expect(await call('/api/auth/update-user', { name: 'Jane Doe' })).toMatchObject({ status: 200 });
  expect(await find(id)).toMatchObject({ name: 'Jane Doe', role: 'admin', custom: { book: 'dune' } });
});

it('gives a token to who is signed in, for that user alone, and to nobody else', async () => {
  const { call, id } = await signUp('john');
  expect(await browser()('/rollcall-token')).toMatchObject({ status: 401 });
  const { status, body } = await call('/rollcall-token', { user_id: 'jane' });
  expect({ status, user: body.user_id }).toEqual({ status: 200, user: id });
  const client = createClient({ url: server.url });
  expect(
    await client.connectUser({ id }, async () => (await call('/rollcall-token')).body.token),
  ).toMatchObject({ id, name: 'john' });
  await client.disconnectUser();
  expect(await call('/api/auth/sign-out')).toMatchObject({ status: 200 });
  expect(await call('/rollcall-token')).toMatchObject({ status: 401 });
});

it('brings with the first token whom it could not bring when Rollcall was away, and lets them sign up meanwhile', async () => {
  await server.crash();
  const { call, id } = await signUp('kim');
  expect(await call('/rollcall-token')).toMatchObject({ status: 503 });
  await server.restart();
  expect(await call('/rollcall-token')).toMatchObject({ status: 200 });
  expect(await find(id)).toMatchObject({ name: 'kim' });
});

it('deletes the user with the account, and keeps the account while Rollcall is away', async () => {
  const { call, id } = await signUp('leo');
  await server.crash();
  expect((await call('/api/auth/delete-user')).status).toBeGreaterThanOrEqual(500);
  await server.restart();
  expect(await call('/rollcall-token')).toMatchObject({ status: 200 });
  expect(await call('/api/auth/delete-user')).toMatchObject({ status: 200 });
  expect(await call('/rollcall-token')).toMatchObject({ status: 401 });
  await until('the user is gone', async () => {
    const { users } = await rollcall.queryUsers({ id }, [], { include_deleted_users: true });
    return users.length === 0;
  });
});

it('takes no sign-up from a page of somebody else', async () => {
  const answer = await browser('https://elsewhere.example')('/api/auth/sign-up/email', account('mallory'));
  expect(answer).toMatchObject({ status: 403 });
  expect((await rollcall.queryUsers({ name: 'mallory' })).users).toEqual([]);
});

it('the person of the page connects with the token provider, and hears what happens to them', async () => {
  const person = spawn(process.execPath, ['person.js', 'nora@example.com'], {
    cwd: example.folder,
    env: { PATH: process.env.PATH, BACK_END: backEnd, ROLLCALL_URL: server.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  person.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  try {
    await until('nora is connected', () => printed.includes(', nora'));
    const [, id = ''] = /connected as (\S+),/.exec(printed) ?? [];
    await rollcall.partialUpdateUser({ id, set: { name: 'Nora B' } });
    await until('nora has heard of it', () => printed.includes('Nora B: name'));
  } finally {
    person.kill('SIGTERM');
    await once(person, 'exit');
  }
});
