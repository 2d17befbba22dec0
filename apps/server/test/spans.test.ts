import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadedTracer, SPAN_NAMES } from '../src/metrics/spans.js';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';
import { connect } from './test-socket.js';

/** A real SDK, loaded as an operator loads one: before the server starts. */
let exporter: InMemorySpanExporter;
let server: TestServer;
beforeEach(async () => {
  exporter = new InMemorySpanExporter();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  server = await startTestServer();
});
afterEach(async () => {
  await server.close();
  trace.disable();
  context.disable();
});

const spansOf = (name: string): ReadableSpan[] =>
  exporter.getFinishedSpans().filter(span => span.name === name);

it('makes a span of a call, and one of its write within it, with the request id that the caller was given', async () => {
  const response = await fetch(`${server.url}/trpc/users.upsert`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await tokenOf({ server: true })}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ users: [{ id: 'jane', name: 'Jane Doe', shoes: 'red' }] }),
  });
  expect(response.status).toBe(200);
  const [call] = spansOf(SPAN_NAMES.call);
  expect(call?.attributes).toEqual({
    'rollcall.procedure': 'users.upsert',
    'rollcall.call_type': 'mutation',
    'rollcall.request_id': response.headers.get('x-request-id'),
    'rollcall.outcome': 'ok',
  });
  const writes = spansOf(SPAN_NAMES.write).filter(
    span => span.parentSpanContext?.spanId === call?.spanContext().spanId,
  );
  expect(writes.map(({ attributes }) => attributes)).toEqual([{ 'rollcall.outcome': 'ok' }]);
});

it('says of a refused call its code, and holds a fault of the server alone against it', async () => {
  await expect(server.mutate('users.upsert', { users: [{ id: '' }] })).rejects.toThrow();
  const [call] = spansOf(SPAN_NAMES.call);
  expect(call?.attributes['rollcall.outcome']).toBe('INPUT_INVALID');
  expect(call?.status.code).toBe(SpanStatusCode.UNSET);
});

it('makes a span of each event page and of each step of a task', async () => {
  const socket = await connect(server.url, { token: await tokenOf({ server: true }) });
  socket.send({ id: 1, method: 'subscription', params: { path: 'live.events', input: {} } });
  await socket.next();
  await socket.next();
  await server.mutate('users.upsert', { users: [{ id: 'jane' }] });
  await socket.next();
  const { task_id } = (await server.mutate('users.deactivateMany', { ids: ['jane'] })) as {
    task_id: string;
  };
  await expect.poll(() => spansOf(SPAN_NAMES['task step']).length).toBeGreaterThan(0);
  expect(spansOf(SPAN_NAMES['event page'])[0]?.attributes).toEqual({
    'rollcall.events': 1,
    'rollcall.outcome': 'ok',
  });
  expect(spansOf(SPAN_NAMES['task step'])[0]?.attributes).toEqual({
    'rollcall.task_type': 'users.deactivate',
    'rollcall.task_id': task_id,
    'rollcall.outcome': 'ok',
  });
  socket.socket.close();
});

it('makes a span of each try of a webhook, with what was answered', async () => {
  await server.close();
  const receiver = createServer((request, response) => {
    request.resume();
    response.writeHead(statuses.shift() ?? 200).end();
  });
  const statuses = [503];
  const received: (string | undefined)[] = [];
  receiver.on('request', ({ headers }) => received.push(headers['webhook-id'] as string | undefined));
  await new Promise<void>(resolve => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  server = await startTestServer({ ROLLCALL_WEBHOOK_ALLOWED_ADDRESSES: '127.0.0.1' });
  try {
    const url = `http://127.0.0.1:${port}/jane?key=red`;
    const { webhook } = (await server.mutate('webhooks.create', { url, types: ['user.created'] })) as {
      webhook: { id: string };
    };
    await server.mutate('webhooks.test', { id: webhook.id });
    await server.mutate('users.upsert', { users: [{ id: 'jane' }] });
    await expect.poll(() => spansOf(SPAN_NAMES['webhook try']).length).toBe(2);
    await new Promise<void>(resolve => void receiver.close(() => resolve()));
    await server.mutate('webhooks.test', { id: webhook.id });
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
  const tries = spansOf(SPAN_NAMES['webhook try']);
  expect(tries.map(({ attributes }) => attributes['rollcall.outcome'])).toEqual(['503', 'ok', 'no_answer']);
  expect(tries.slice(0, 2).map(({ attributes }) => attributes['rollcall.delivery_id'])).toEqual(received);
  expect(tries.map(({ kind, status }) => [kind, status.code])).toEqual(
    tries.map(() => [SpanKind.CLIENT, SpanStatusCode.UNSET]),
  );
  expect(JSON.stringify(tries.map(({ attributes }) => attributes))).not.toMatch(/jane|red/);
});

it('names nobody, and nothing that anybody wrote', async () => {
  await server.mutate('users.upsert', { users: [{ id: 'jane-the-user', name: 'Jane Doe', shoes: 'red' }] });
  await server
    .mutate('users.upsert', { users: [{ id: 'jane-the-user', role: 'no such role' }] })
    .catch(() => 0);
  const told = JSON.stringify(
    exporter.getFinishedSpans().map(({ name, attributes, events, status, links }) => ({
      name,
      attributes,
      events,
      status,
      links,
    })),
  );
  expect(told).not.toMatch(/jane|red|no such role/i);
  expect(
    exporter.getFinishedSpans().map(({ name }) => Object.values(SPAN_NAMES).includes(name)),
  ).not.toContain(false);
});

it('traces nothing where no SDK is loaded', () => {
  expect(loadedTracer()).toBeDefined();
  trace.disable();
  expect(loadedTracer()).toBeUndefined();
});
