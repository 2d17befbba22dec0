/** The HTTP API, tRPC and the client are three ways to the same calls: what one answers or refuses, the others do. */
import { RollcallError } from '@rollcall/client';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { kindOfProcedure } from '@rollcall/router';
import { ROUTES, type Route, statusOf } from '@rollcall/server/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiAnswerOf, toApiRequest } from '../support/http-api/api-request.js';
import { wrongWithAnswer, wrongWithBody } from '../support/http-api/described.js';
import { mistakesIn, PROGRAM, type ProgramCall } from '../support/http-api/program.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';

/** An answer, or what was refused. */
type Outcome = { answer: unknown } | { refusal: Record<string, unknown> };

/** A way to the calls, with a server of its own: all servers hear the same calls, in the same order. */
interface Way {
  server: ServerProcess;
  backEnd: ServerClient;
  token: string;
}

let ways: Record<'trpc' | 'api' | 'client', Way>;

beforeAll(async () => {
  const [trpc, api, client] = await Promise.all([openWay(), openWay(), openWay()]);
  ways = { trpc, api, client };
});
afterAll(async () => {
  for (const { backEnd, server } of Object.values(ways ?? {})) {
    await backEnd.disconnect();
    await server.stop();
  }
});

async function openWay(): Promise<Way> {
  const server = await startServerProcess();
  const backEnd = createServerClient({ url: server.url, secret: SECRET });
  return { server, backEnd, token: await backEnd.createServerToken() };
}

async function send(
  { server, token }: Way,
  path: string,
  { method, body }: { method: string; body: unknown },
) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, said: text ? JSON.parse(text) : undefined };
}

async function overTrpc(way: Way, [procedure, input]: ProgramCall): Promise<Outcome> {
  const { said } = await send(way, `/trpc/${procedure}`, { method: 'POST', body: input ?? {} });
  if (said.result) return { answer: said.result.data };
  const { httpStatus: status, path: _path, message, ...data } = said.error.data;
  return { refusal: { ...data, message, status } };
}

async function overApi(way: Way, route: Route, call: ProgramCall): Promise<Outcome | undefined> {
  const request = toApiRequest(route, call[1]);
  if (!request) return undefined;
  const { status, said } = await send(way, request.path, request);
  expect(wrongWithAnswer(route, { status, said }), `${route.operationId} ${JSON.stringify(said)}`).toEqual(
    [],
  );
  if (status < 400) {
    expect(status).toBe(statusOf(route));
    return { answer: said };
  }
  const { type, title, instance, detail: message, ...data } = said;
  expect([type, title, instance]).toEqual([
    expect.stringMatching(/^urn:/),
    expect.any(String),
    expect.any(String),
  ]);
  return { refusal: { ...data, message } };
}

async function overClient({ backEnd }: Way, [procedure, input]: ProgramCall): Promise<Outcome> {
  const [noun = '', name = ''] = procedure.split('.');
  const kind = kindOfProcedure(procedure)?.type === 'mutation' ? 'mutate' : 'query';
  const api = backEnd.api as unknown as Record<
    string,
    Record<string, Record<string, (input: unknown) => Promise<unknown>>>
  >;
  try {
    return { answer: await api[noun]?.[name]?.[kind]?.(input ?? {}) };
  } catch (error) {
    const refusal = RollcallError.fromData((error as { data?: unknown }).data ?? error).toData();
    return { refusal: { ...refusal } };
  }
}

/** Without what differs from server to server: times, positions, cursors, tokens, links, and ids that a server makes. */
function sameForm(value: unknown): unknown {
  const text = JSON.stringify(value ?? null)
    .replace(/"(next|position|token|url)":"[^"]*"/g, '"$1":"…"')
    .replace(/"[0-9a-z]{1,32}\.\d+"/g, '"a position"')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'an id')
    .replace(/delete-user-[0-9a-f]{16}/g, 'a system user')
    .replace(/whsec_[A-Za-z0-9+/=]+/g, 'a secret')
    .replace(/"sha256":"[0-9a-f]+"/g, '"sha256":"…"')
    .replace(/\b1[6-9]\d{11}\b/g, '0');
  return JSON.parse(text);
}

const withoutStatus = (outcome: Outcome) => {
  if ('answer' in outcome) return outcome;
  const { status: _status, ...refusal } = outcome.refusal;
  return { refusal };
};

/** Waits until nothing is under way. What a task does meanwhile would be seen by one server and not by another. */
async function untilIdle({ backEnd }: Way): Promise<void> {
  for (const status of ['pending', 'running'] as const) {
    const { tasks } = await backEnd.listTasks({ status });
    for (const { task_id } of tasks) await backEnd.waitForTask(task_id);
  }
}

/** Row by row, so that each row of a procedure is used. */
function rowsOf(procedure: string): Route[] {
  return ROUTES.filter(route => route.procedure === procedure);
}

let compared = 0;

/** Makes a call in all three ways and compares what comes of it. */
async function compare(call: ProgramCall, choose: number): Promise<void> {
  const rows = rowsOf(call[0]).filter(route => toApiRequest(route, call[1]));
  const route = rows[choose % Math.max(1, rows.length)];
  // Some inputs fit into no request of the API. The other servers must not hear of them either.
  if (!route) return;
  const expected = await overTrpc(ways.trpc, call);
  const over = (await overApi(ways.api, route, call)) as Outcome;
  const client = await overClient(ways.client, call);
  const what = `${route.operationId} ${JSON.stringify(call)}`;
  const answer = 'answer' in expected ? { answer: apiAnswerOf(route, expected.answer) } : expected;
  if (call[0] === 'overview.get') {
    const keys = (outcome: Outcome) => Object.keys((outcome as { answer: object }).answer);
    expect(keys(over)).toEqual(keys(expected));
    return;
  }
  expect(sameForm(over), what).toEqual(sameForm(answer));
  expect(sameForm(withoutStatus(client)), what).toEqual(sameForm(withoutStatus(expected)));
  compared += 1;
  const task = 'answer' in expected && (expected.answer as { task_id?: string } | null)?.task_id;
  if (task || call[0].startsWith('users.')) for (const way of Object.values(ways)) await untilIdle(way);
}

it('the document takes the bodies of all good calls, and refuses what they have not', () => {
  for (const [procedure, input] of PROGRAM) {
    for (const route of rowsOf(procedure)) {
      const request = toApiRequest(route, input);
      // What is not accepted is in the program once or twice, on purpose.
      if (!request?.body || JSON.stringify(input).includes('$where')) continue;
      expect(
        wrongWithBody(route, request.body),
        `${route.operationId} ${JSON.stringify(request.body)}`,
      ).toEqual([]);
      // A user takes any other name as custom data.
      if (procedure === 'users.upsert') continue;
      expect(
        wrongWithBody(route, { ...(request.body as object), nonsense: 1 }),
        route.operationId,
      ).not.toEqual([]);
    }
  }
});

describe('tRPC, the HTTP API and the client', () => {
  it('have the whole router in the program', () => {
    const used = new Set(PROGRAM.map(([procedure]) => procedure));
    const rest = ROUTES.filter(({ procedure }) => !used.has(procedure)).map(({ procedure }) => procedure);
    expect([...new Set(rest)]).toEqual(['live.events', 'live.task', 'live.ephemeral', 'live.presence']);
  });

  it('answer and refuse the same, in a program of good calls with every mistake in between', async () => {
    for (const call of PROGRAM) {
      for (const [index, mistake] of mistakesIn(call).entries()) await compare(mistake, index);
      await compare(call, 0);
      await compare(call, 1);
    }
    console.info(`${compared} calls compared`);
    expect(compared).toBeGreaterThan(400);
  });
});
