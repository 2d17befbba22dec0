import type { LookupAddress } from 'node:dns';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { LIMITS } from '@rollcall/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpWebhookSender } from './http-webhook-sender.js';

let servers: Server[] = [];
afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  servers = [];
});

/** A server on this machine, and how many requests it got. */
async function listen(answer: RequestListener): Promise<{ port: number; seen: () => number }> {
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, seen: () => count };
}

const request = (url: string, ms = 5000) => ({
  url,
  headers: { 'webhook-id': 'msg_1' },
  body: '{"type":"webhook.test"}',
  signal: AbortSignal.timeout(ms),
});

const to = (address: string): LookupAddress => ({ address, family: isIP(address) });
const resolving =
  (...addresses: string[]) =>
  async () =>
    addresses.map(to);
const local = new HttpWebhookSender({ allowedAddresses: ['127.0.0.0/8'] });

describe('a request to an address that is not on the internet is refused', () => {
  const literals = [
    '127.0.0.1',
    '127.0.0.1.',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '0',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '0xa9fea9fe',
    '100.64.0.1',
    '100.100.100.200',
    '192.0.0.192',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '[::]',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::ffff:10.0.0.1]',
    '[::ffff:169.254.169.254]',
    '168.63.129.16',
    '[::ffff:168.63.129.16]',
    '[::ffff:0:127.0.0.1]',
    '[64:ff9b::a83f:8110]',
    '[fd20:ce::254]',
    '[fe80::a9fe:a9fe]',
    '[::127.0.0.1]',
    '[::10.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b::169.254.169.254]',
    '[64:ff9b:1::10.0.0.1]',
    '[2002:7f00:1::]',
    '[2002:a00:1::]',
    '[2001:0:7f00:1::]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '[fec0::1]',
    '[ff02::1]',
    '[2001:db8::1]',
    '[200::1]',
    '[400::1]',
    '[4000::1]',
    '[fe00::1]',
    '[::ffff:0:0:7f00:1]',
    '[100:0:0:1::1]',
    '１２７.０.０.１',
    'localhost',
    '127。0。0。1',
  ];

  it.each(literals)('however it is written: %s', async host => {
    const sender = new HttpWebhookSender({ allowedAddresses: [] });
    await expect(sender.send(request(`http://${host}:9/`))).rejects.toThrow('is not on the internet');
    await expect(sender.send(request(`https://${host}:9/`))).rejects.toThrow('is not on the internet');
  });

  it.each([
    ['a name for this machine', ['127.0.0.1']],
    ['a name for the metadata of a cloud', ['169.254.169.254']],
    ['a name with two answers, one of them private', ['93.184.215.14', '10.0.0.1']],
    ['a name with two answers of two families', ['93.184.215.14', '::1']],
    ['a mapped address', ['::ffff:192.168.0.1']],
  ])('behind %s', async (_, addresses) => {
    const sender = new HttpWebhookSender({ allowedAddresses: [], resolve: resolving(...addresses) });
    for (const scheme of ['http', 'https'])
      await expect(sender.send(request(`${scheme}://shop.example:9/`))).rejects.toThrow(
        'is not on the internet',
      );
  });

  it('at every try: a name that led elsewhere before is judged by where it leads now', async () => {
    const { port, seen } = await listen((_, response) => response.end());
    const answers = [['127.0.0.1'], ['127.0.0.2'], ['127.0.0.1']];
    const resolve = async () => (answers.shift() ?? []).map(to);
    const sender = new HttpWebhookSender({ allowedAddresses: ['127.0.0.1'], resolve });
    expect(await sender.send(request(`http://shop.example:${port}/`))).toMatchObject({ status: 200 });
    await expect(sender.send(request(`http://shop.example:${port}/`))).rejects.toThrow('127.0.0.2');
    expect(await sender.send(request(`http://shop.example:${port}/`))).toMatchObject({ status: 200 });
    expect(seen()).toBe(2);
  });

  it('unless the setting lists it, and then nothing beside it', async () => {
    const { port } = await listen((_, response) => response.end('ok'));
    const sender = new HttpWebhookSender({ allowedAddresses: ['10.0.0.0/8', 'fd00::/8', '127.0.0.1/32'] });
    expect(await sender.send(request(`http://127.0.0.1:${port}/`))).toMatchObject({
      status: 200,
      answer: 'ok',
    });
    for (const host of ['127.0.0.2', '[::1]', '169.254.169.254'])
      await expect(sender.send(request(`http://${host}:${port}/`))).rejects.toThrow('is not on the internet');
  });
});

describe('an answer', () => {
  it('that leads elsewhere is not followed', async () => {
    const inner = await listen((_, response) => response.end('secret'));
    const { port } = await listen((_, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${inner.port}/` }).end();
    });
    expect(await local.send(request(`http://127.0.0.1:${port}/`))).toMatchObject({ status: 307 });
    expect(inner.seen()).toBe(0);
  });

  it('that never ends is read up to what is kept', async () => {
    let written = 0;
    const { port } = await listen((_, response) => {
      const timer = setInterval(() => {
        written += 64 * 1024;
        response.write('x'.repeat(64 * 1024));
      }, 1);
      response.on('close', () => clearInterval(timer));
    });
    const { status, answer } = await local.send(request(`http://127.0.0.1:${port}/`));
    expect({ status, bytes: answer.length }).toEqual({ status: 200, bytes: LIMITS.webhookAnswerBytes });
    expect(written).toBeLessThan(16 * 1024 * 1024);
  });

  it('that is announced again and again and does not come is cut off', async () => {
    let written = 0;
    const { port } = await listen(({ socket }) => {
      const timer = setInterval(() => {
        written += 1000;
        socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1000));
      }, 1);
      socket.on('close', () => clearInterval(timer));
      socket.on('error', () => undefined);
    });
    const began = performance.now();
    await expect(local.send(request(`http://127.0.0.1:${port}/`))).rejects.toThrow(
      'sends interim answers and no end',
    );
    expect(performance.now() - began).toBeLessThan(2000);
    expect(written).toBeLessThan(100_000);
  });

  it('counts by its status when its body does not come', async () => {
    const { port } = await listen((_, response) => {
      response.writeHead(204 + 1, { 'retry-after': '7' });
      response.write('so far');
    });
    const began = performance.now();
    const answer = await local.send(request(`http://127.0.0.1:${port}/`));
    // It does not wait for the end of the time that the whole has.
    expect(performance.now() - began).toBeLessThan(4000);
    expect(answer).toEqual({ status: 205, retryAfter: '7', answer: 'so far' });
  });

  it('that does not come ends with the time, in words', async () => {
    const { port } = await listen(() => undefined);
    await expect(local.send(request(`http://127.0.0.1:${port}/`, 200))).rejects.toThrow(
      'no answer within 15 s',
    );
    const slow = new HttpWebhookSender({ allowedAddresses: [], resolve: () => new Promise(() => undefined) });
    await expect(slow.send(request('http://shop.example/', 100))).rejects.toThrow('no answer within 15 s');
  });

  it('that cannot come is told in words', async () => {
    const { port } = await listen(req => req.socket.destroy());
    await expect(local.send(request(`http://127.0.0.1:${port}/`))).rejects.toThrow(
      'broke off before an answer',
    );
    await expect(local.send(request('http://127.0.0.1:1/'))).rejects.toThrow('the connection was refused');
    const other = await listen(({ socket }) =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    );
    await expect(local.send(request(`http://127.0.0.1:${other.port}/`))).rejects.toThrow('broke off');
    const garbled = await listen(({ socket }) => socket.end('no HTTP at all'));
    await expect(local.send(request(`http://127.0.0.1:${garbled.port}/`))).rejects.toThrow(
      'does not answer with HTTP',
    );
    await expect(local.send(request(`https://127.0.0.1:${port}/`))).rejects.toThrow(/TLS|broke off/);
  });
});

it('names whose servers are silent hold up two lookups, and nothing that has an address', async () => {
  const { port } = await listen((_, response) => response.end());
  const asked: string[] = [];
  const resolve = (name: string) => {
    asked.push(name);
    return new Promise<LookupAddress[]>(() => undefined);
  };
  const sender = new HttpWebhookSender({ allowedAddresses: ['127.0.0.1'], resolve });
  const silent = Array.from({ length: 50 }, (_, index) =>
    sender.send(request(`http://silent-${index}.example/`, 300)),
  );
  expect(await sender.send(request(`http://127.0.0.1:${port}/`))).toMatchObject({ status: 200 });
  for (const one of silent) await expect(one).rejects.toThrow('no answer within 15 s');
  expect(asked).toHaveLength(2);
});

describe('a connection', () => {
  it('is used again while the name leads to the same address, and not when it leads elsewhere', async () => {
    const sockets = new Set<unknown>();
    const { port } = await listen(({ socket }, response) => {
      sockets.add(socket);
      response.end('ok');
    });
    const answers = ['127.0.0.1', '127.0.0.1', '127.0.0.2', '10.0.0.1', '127.0.0.1'];
    const resolve = async () => [to(answers.shift() ?? '')];
    const sender = new HttpWebhookSender({ allowedAddresses: ['127.0.0.0/8'], resolve });
    const send = () => sender.send(request(`http://shop.example:${port}/`));
    for (let time = 0; time < 2; time++) expect(await send()).toMatchObject({ status: 200 });
    // Nobody listens there.
    await expect(send()).rejects.toThrow('the connection was refused');
    await expect(send()).rejects.toThrow('10.0.0.1, which is not on the internet');
    expect(await send()).toMatchObject({ status: 200 });
    expect(sockets.size).toBe(1);
  });

  it('that the other end closed meanwhile fails no request', async () => {
    const { port, seen } = await listen((_, response) => response.end());
    const url = `http://127.0.0.1:${port}/`;
    await Promise.all([1, 2, 3].map(() => local.send(request(url))));
    for (const server of servers) server.closeAllConnections();
    expect(await local.send(request(url))).toMatchObject({ status: 200 });
    expect(seen()).toBe(4);
  });
});

it('posts the body with its headers, without a proxy of the environment', async () => {
  const heard: { method?: string; headers: Record<string, unknown>; body: string }[] = [];
  const { port } = await listen(async (req, response) => {
    let body = '';
    for await (const part of req) body += part;
    heard.push({ method: req.method ?? '', headers: req.headers, body });
    response.end();
  });
  process.env.http_proxy = 'http://127.0.0.1:1';
  try {
    await local.send(request(`http://127.0.0.1:${port}/`));
  } finally {
    delete process.env.http_proxy;
  }
  expect(heard).toEqual([
    {
      method: 'POST',
      headers: expect.objectContaining({
        'webhook-id': 'msg_1',
        'user-agent': 'Rollcall-Webhooks',
        connection: 'keep-alive',
      }),
      body: '{"type":"webhook.test"}',
    },
  ]);
});
