import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ConsoleFiles } from './console-files.js';
import { setPageHeaders } from './page-headers.js';
import { isPagePath } from './page-path.js';
import type { ServedFile } from './served-file.js';

/** Answers one GET or HEAD with something of the console. */
type ConsoleAnswer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** What the console has at a path; undefined when it has nothing there. The path is looked up as it was sent, never decoded. */
export function consoleAnswer(console: ConsoleFiles, path: string): ConsoleAnswer | undefined {
  const file = console.files.get(path);
  if (file) return (request, response) => answerFile(file, { request, response });
  if (!isPagePath(path, console.pages)) return undefined;
  return (request, response) => answerPage(console, { request, response });
}

/** Answers with a file that is kept in memory. */
export async function answerFile(
  file: ServedFile,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const { encoding, body, etag } = await file.formFor(request.headers['accept-encoding']);
  setPageHeaders(response, { isImmutable: file.isImmutable });
  response.setHeader('vary', 'accept-encoding');
  response.setHeader('etag', etag);
  if (isKnown(etag, request.headers['if-none-match'])) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, {
    'content-type': file.type,
    'content-length': body.length,
    ...(encoding && { 'content-encoding': encoding }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/**
 * The page is another one each time, since it has a nonce of its own. So it has no ETag: a browser that kept it would hold
 * its nonce against the next policy.
 */
function answerPage(
  console: ConsoleFiles,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): void {
  const nonce = randomBytes(18).toString('base64');
  const html = console.page(nonce);
  setPageHeaders(response, { nonce });
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(html),
  });
  response.end(request.method === 'HEAD' ? undefined : html);
}

/** Whether the browser has this form already (RFC 9110, section 13.1.2). A proxy may have marked the ETag as weak. */
function isKnown(etag: string, header: string | undefined): boolean {
  if (header === undefined) return false;
  return header.split(',').some(one => [etag, `W/${etag}`].includes(one.trim()));
}
