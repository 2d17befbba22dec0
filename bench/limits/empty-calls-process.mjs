/**
 * The least that a call can cost, in a process of its own: Node's HTTP server alone, and tRPC's own HTTP adapter with a
 * procedure that does nothing. `startEmptyCalls` forks one.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { initTRPC } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { answerQuestions, startForked } from '../stage/forked.mjs';

/** @param kind `http` or `trpc`. @returns its address, of which any path is a call. */
export async function startEmptyCalls(kind) {
  const { ask, stop, pid } = startForked(fileURLToPath(import.meta.url), { argument: '--empty' });
  return { url: await ask({ do: 'listen', kind }), pid, stop };
}

function plain(request, response) {
  request.resume();
  response.setHeader('content-type', 'application/json');
  response.end('{"result":{"data":{}}}');
}

function trpc() {
  const t = initTRPC.create();
  const router = t.router({ settings: t.router({ get: t.procedure.query(() => ({})) }) });
  return createHTTPHandler({ router, basePath: '/trpc/', allowMethodOverride: true });
}

if (process.argv[2] === '--empty') {
  answerQuestions({
    listen: async ({ kind }) => {
      const server = createServer(kind === 'trpc' ? trpc() : plain);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return `http://127.0.0.1:${server.address().port}`;
    },
  });
}
