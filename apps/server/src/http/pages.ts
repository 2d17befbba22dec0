import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Directory } from '@rollcall/core';
import { RollcallError } from '@rollcall/protocol';
import type { Host } from '../host.js';
import type { Logger } from '../logger.js';
import { answerError } from './answer-error.js';
import { answerFile, consoleAnswer } from './console/answer-console.js';

const GREETING = 'Rollcall, an open user service. Its HTTP API is at /api, its procedures are at /trpc.\n';

const PROBE_TIMEOUT_MS = 2000;

/** Answers GET and HEAD with the page at a path, or with `NOT_FOUND` when no page is there. */
export async function answerPage(
  host: Host,
  { request, response, path }: { request: IncomingMessage; response: ServerResponse; path: string },
): Promise<void> {
  const answer = answerAt(host, path);
  if (!answer) return answerError(response, new RollcallError('NOT_FOUND', 'there is nothing at this path'));
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  await answer(request, response);
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** What is at a path: a page for operators, what describes the HTTP API, then what the console has there. Without a console, a line of text greets. */
function answerAt(host: Host, path: string): Answer | undefined {
  const page = Object.hasOwn(PAGES, path) ? PAGES[path] : undefined;
  if (page) return (_request, response) => page(host, response);
  const file = host.apiPage.get(path);
  if (file) return (request, response) => answerFile(file, { request, response });
  if (host.console) return consoleAnswer(host.console, path);
  return path === '/' ? greet : undefined;
}

function greet(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(GREETING);
}

const PAGES: Readonly<Record<string, (host: Host, response: ServerResponse) => void | Promise<void>>> = {
  '/healthz': (_host, response) => answerJson(response, 200, { status: 'ok' }),
  '/readyz': async (host, response) => {
    const readiness =
      host.stage === 'serving'
        ? await checkReadiness(host.directory, host.logger)
        : { status: 'unavailable', reason: 'SHUTTING_DOWN' };
    answerJson(response, readiness.status === 'ready' ? 200 : 503, readiness);
  },
};

function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Whether this process can do its work now, and the reason when it cannot. */
type Readiness =
  | { status: 'ready' }
  | { status: 'unavailable'; reason: 'STORAGE_UNREADABLE' | 'STORAGE_READ_ONLY' | 'SHUTTING_DOWN' };

/**
 * Whether the storage answers and takes writes. While it does not, a load balancer sends calls elsewhere. The process
 * itself goes on, because the storage may come back.
 */
export async function checkReadiness(directory: Directory, logger: Logger): Promise<Readiness> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the storage did not answer in time')), PROBE_TIMEOUT_MS);
    });
    await Promise.race([directory.events.position(), late]);
    const writable = await Promise.race([directory.isWritable(), late.catch(() => false)]);
    return writable ? { status: 'ready' } : { status: 'unavailable', reason: 'STORAGE_READ_ONLY' };
  } catch (err) {
    logger.warn({ err }, 'the storage cannot be read');
    return { status: 'unavailable', reason: 'STORAGE_UNREADABLE' };
  } finally {
    clearTimeout(timer);
  }
}
