import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { ExportClaim } from '@rollcall/core';
import { RollcallError } from '@rollcall/protocol';
import type { Host } from '../host.js';
import { answerError } from './answer-error.js';

/** A link exactly as the server makes it. A link that is written in any other way is refused. */
const LINK =
  /^\/exports\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.ndjson\?expires=([1-9]\d{0,15})&signature=([\w-]{43})$/;

/**
 * Answers with the file of an export to anyone with a good link; no token is needed. All bad links get the same refusal,
 * so that it does not reveal what exists. The file is sent piece by piece, as fast as the reader takes it.
 */
export async function answerExport(
  host: Host,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const { method, url } = request;
  const link = method === 'GET' || method === 'HEAD' ? parseLink(url ?? '') : undefined;
  if (!link || !host.isExportLink(link)) {
    const message = 'the link to this file is not valid or has expired; getTask gives a fresh one';
    return answerError(response, new RollcallError('NOT_ALLOWED', message));
  }
  const file = await host.directory.exports.file(link.taskId);
  if (!file) {
    const message = 'the file of this export is no longer kept; exportUsers writes a new one';
    return answerError(response, new RollcallError('NOT_FOUND', message));
  }
  response.writeHead(200, {
    'content-type': 'application/x-ndjson; charset=utf-8',
    'content-disposition': `attachment; filename="export-${link.taskId}.ndjson"`,
    'content-length': file.bytes,
  });
  if (method === 'HEAD') {
    response.end();
    return;
  }
  try {
    await pipeline(whole(file), response);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    // The reader went away, so there is nobody to answer.
  }
}

function parseLink(url: string): (ExportClaim & { signature: string }) | undefined {
  const [, taskId, expires, signature] = LINK.exec(url) ?? [];
  if (taskId === undefined || expires === undefined || signature === undefined) return undefined;
  // The last of the 43 characters has two unused bits. Only one way of writing them makes a good link.
  if (Buffer.from(signature, 'base64url').toString('base64url') !== signature) return undefined;
  return { taskId, expires: Number(expires), signature };
}

/** The pieces of a file. When the file is removed meanwhile, the stream must break off and never end like a complete one. */
async function* whole(file: { bytes: number; chunks: AsyncIterable<string> }): AsyncGenerator<Buffer> {
  let sent = 0;
  for await (const chunk of file.chunks) {
    const bytes = Buffer.from(chunk);
    sent += bytes.length;
    yield bytes;
  }
  if (sent !== file.bytes) throw new Error('the file of an export was removed while it was read');
}
