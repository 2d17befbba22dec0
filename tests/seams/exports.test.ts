import { createHmac } from 'node:crypto';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';

const HOUR_MS = 60 * 60 * 1000;
/** What people have put into the service, in a form that can be looked for. */
const WORDS = 'the tea is ready';

let process: ServerProcess;
let server: ServerClient;
let taskId: string;
let link: URL;
let bytes: number;

beforeAll(async () => {
  process = await startServerProcess({ env: { ROLLCALL_LOG_LEVEL: 'debug' } });
  server = createServerClient({ url: process.url, secret: SECRET });
  await server.upsertUsers([{ id: 'ann', name: 'Ann' }, { id: 'ben' }, { id: 'stranger', name: 'Nobody' }]);
  await server.partialUpdateUser({ id: 'ann', set: { 'custom.book': 'dune', name: 'Änne' } });
  const channel = { type: 'room', id: 'tea', members: ['ben', 'stranger'], user_id: 'ann' };
  await server.chat.createChannel(channel);
  const cid = 'room:tea';
  for (const user_id of ['ann', 'ben', 'stranger', 'ann']) {
    await server.chat.sendMessage({ cid, user_id, text: `${WORDS}, says ${user_id}` });
  }
  // Large enough to be several pieces.
  for (let round = 0; round < 30; round++) {
    await server.partialUpdateUser({ id: 'ben', set: { 'custom.note': `${round}`.repeat(2000) } });
  }
  taskId = (await server.exportUsers(['ben', 'ann'])).task_id;
  const { result } = await server.waitForTask(taskId);
  if (!result?.export) throw new Error('the export has no file');
  link = new URL(result.export.url);
  bytes = result.export.bytes;
});

afterAll(async () => {
  await server.disconnect();
  await process.stop();
});

type Line = { user_id: string; kind: string; text?: string; name?: string };

const linesOf = (text: string): Line[] => {
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(0, -1)
    .split('\n')
    .map(line => JSON.parse(line));
};

describe('the file of an export', () => {
  it('is read with the link alone, and is one record a line, each of its user, the user itself first', async () => {
    const response = await fetch(link);
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(Buffer.byteLength(text)).toBe(bytes);
    const lines = linesOf(text);
    const of = (id: string) => lines.filter(line => line.user_id === id);
    expect(lines).toEqual([...of('ben'), ...of('ann')]);
    expect(of('ann')[0]).toMatchObject({ kind: 'user', name: 'Änne', custom: { book: 'dune' } });
    expect(of('ann').map(line => line.text)).toEqual(
      expect.arrayContaining([`${WORDS}, says ann`, `${WORDS}, says ann`]),
    );
    expect(lines.map(({ text: words }) => words)).not.toContain(`${WORDS}, says stranger`);
    const { result } = await server.getTask(taskId);
    for (const id of ['ann', 'ben']) {
      expect(result?.users[id]).toEqual({ status: 'done', details: { records: of(id).length } });
    }
  });

  it('holds the same as the answer of exportUser', async () => {
    const { user, records } = await server.exportUser('ann');
    expect(user).toMatchObject({ id: 'ann', name: 'Änne' });
    const lines = linesOf(await (await fetch(link)).text()).filter(line => line.user_id === 'ann');
    for (const [kind, own] of Object.entries(records)) {
      expect(lines.filter(line => line.kind === kind)).toEqual(
        own.map(record => expect.objectContaining(record)),
      );
    }
    const known = Object.values(records).reduce((sum, own) => sum + own.length, 0);
    expect(lines).toHaveLength(known + 1);
  });

  it('is a download that no cache keeps and no page of another origin reads', async () => {
    const { headers } = await fetch(link, { headers: { origin: 'http://localhost:3000' } });
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/x-ndjson; charset=utf-8',
      'content-disposition': `attachment; filename="export-${taskId}.ndjson"`,
      'content-length': String(bytes),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    expect([...headers.keys()].filter(name => name.startsWith('access-control'))).toEqual([]);
  });

  it('tells HEAD how large it is, and sends nothing', async () => {
    const response = await fetch(link, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-length')]).toEqual([200, String(bytes)]);
    expect(await response.text()).toBe('');
  });

  it('may be left in the middle, by many, and the server goes on', async () => {
    const leave = async () => {
      const abandon = new AbortController();
      const response = await fetch(link, { signal: abandon.signal });
      await response.body?.getReader().read();
      abandon.abort();
    };
    await Promise.all(Array.from({ length: 20 }, leave));
    expect((await (await fetch(link)).arrayBuffer()).byteLength).toBe(bytes);
    expect(process.output()).not.toContain('a request failed');
  });
});

/** A link as the server makes it, signed with its secret. */
function signedLink(id: string, expires: number): string {
  const signature = createHmac('sha256', SECRET.slice(SECRET.indexOf(':') + 1))
    .update(`rollcall export\n${id}\n${expires}`)
    .digest('base64url');
  return `${process.url}/exports/${id}.ndjson?expires=${expires}&signature=${signature}`;
}

/** A text with one character replaced by another of the same kind. */
const altered = (text: string, place: number, alphabet: string) =>
  text.slice(0, place) +
  alphabet[(alphabet.indexOf(text.at(place) ?? '') + 1) % alphabet.length] +
  text.slice(place + 1);

describe('a link to an export', () => {
  let refusal: object;

  const answerTo = async (url: string | URL, init?: RequestInit) => {
    const response = await fetch(url, init);
    return { status: response.status, body: await response.text() };
  };

  beforeAll(async () => {
    refusal = await answerTo(`${process.url}/exports/${taskId}.ndjson`);
  });

  it('that is not signed is refused', () => {
    expect(refusal).toMatchObject({ status: 403, body: expect.stringContaining('"code":"NOT_ALLOWED"') });
    expect(JSON.stringify(refusal)).not.toContain(taskId);
  });

  it('is what it claims to be: the test can sign one, too', async () => {
    expect((await answerTo(signedLink(taskId, Date.now() + HOUR_MS))).status).toBe(200);
    const expires = Number(link.searchParams.get('expires'));
    expect(signedLink(taskId, expires)).toBe(link.href);
    expect(expires - Date.now()).toBeLessThanOrEqual(HOUR_MS);
    expect(expires - Date.now()).toBeGreaterThan(HOUR_MS - 5 * 60_000);
  });

  it('that was altered in any character is refused, like every other that is no good', async () => {
    const hex = '0123456789abcdef';
    const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const signature = link.searchParams.get('signature') ?? '';
    const expires = link.searchParams.get('expires') ?? '';
    const linkWith = (parts: { id?: string; expires?: string; signature?: string }) =>
      `${process.url}/exports/${parts.id ?? taskId}.ndjson?expires=${parts.expires ?? expires}&signature=${parts.signature ?? signature}`;
    const places = (text: string) => Array.from(text, (_, place) => place);
    const links = [
      ...places(taskId)
        .filter(place => taskId[place] !== '-')
        .map(place => linkWith({ id: altered(taskId, place, hex) })),
      ...places(expires).map(place => linkWith({ expires: altered(expires, place, '123456789') })),
      ...places(signature).map(place => linkWith({ signature: altered(signature, place, base64url) })),
    ];
    expect(links.length).toBe(32 + 13 + 43);
    for (const url of links) expect(await answerTo(url), url).toEqual(refusal);
  });

  it('that says the same in another way is refused', async () => {
    const { search, href } = link;
    const [, expires = '', signature = ''] = /^\?expires=(.*)&signature=(.*)$/.exec(search) ?? [];
    const path = `${process.url}/exports/${taskId}.ndjson`;
    for (const url of [
      `${href}=`,
      `${href}&signature=${signature}`,
      `${path}?signature=${signature}&expires=${expires}`,
      `${path}?expires=0${expires}&signature=${signature}`,
      `${path}?expires=${expires}.0&signature=${signature}`,
      `${path}?expires=${expires}&signature=`,
      `${path}?expires=&signature=${signature}`,
      `${path}${search}`.replace(taskId, taskId.toUpperCase()),
      `${path}${search}`.replace('.ndjson', ''),
      `${path}${search}`.replace('.ndjson', '.NDJSON'),
      `${path}${search}`.replace('/exports/', '/exports//'),
    ]) {
      expect(await answerTo(url), url).toEqual(refusal);
    }
  });

  it('is refused when it has expired, and when it is signed for what is no task', async () => {
    expect(await answerTo(signedLink(taskId, Date.now() - 1))).toEqual(refusal);
    expect(await answerTo(signedLink(taskId, 1))).toEqual(refusal);
    for (const id of ['x', '../secret', `${taskId}0`]) {
      expect(await answerTo(signedLink(id, Date.now() + HOUR_MS).replace('../', '%2e%2e%2f'))).toEqual(
        refusal,
      );
    }
  });

  it('takes no other method, not even to ask whether a page of another origin may', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect(await answerTo(link, { method })).toEqual(refusal);
    }
  });

  it('finds nothing where no file is: no such task, or one without a file', async () => {
    const { task_id } = await server.deactivateUsers(['stranger']);
    await server.waitForTask(task_id);
    for (const id of [task_id, '6a1c2a0e-51f4-4a43-8a2e-5d0b7c0f9a11']) {
      const answer = await answerTo(signedLink(id, Date.now() + HOUR_MS));
      expect(answer).toMatchObject({ status: 404, body: expect.stringContaining('"code":"NOT_FOUND"') });
    }
  });

  it('is nowhere in the log, and neither is what the file holds', () => {
    const log = process.output();
    expect(log).toContain(`/exports/${taskId}.ndjson`);
    for (const secret of [link.searchParams.get('signature') ?? '', 'signature=', 'expires=', WORDS]) {
      expect(log).not.toContain(secret);
    }
  });

  // This one comes last: the file is gone afterwards.
  it('finds nothing once a user in the file has been erased', async () => {
    const modes = { user: 'hard', messages: 'hard', conversations: 'hard' } as const;
    const { task_id } = await server.deleteUser('ben', modes);
    expect(await server.waitForTask(task_id)).toMatchObject({ status: 'completed', progress: { failed: 0 } });
    expect((await answerTo(link)).status).toBe(404);
    expect((await server.getTask(taskId)).result).not.toHaveProperty('export');
  });
});

it('refuses to export users whom nobody knows, and more than 25 of them, before anything begins', async () => {
  await expect(server.exportUsers(['ann', 'nobody'])).rejects.toMatchObject({
    code: 'USER_NOT_FOUND',
    index: 1,
  });
  const many = Array.from({ length: 26 }, (_, index) => `u${index}`);
  await expect(server.exportUsers(many)).rejects.toMatchObject({ code: 'INPUT_INVALID', field: 'ids' });
  await expect(server.exportUsers(['ann', 'ann'])).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(server.exportUser('nobody')).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
});
