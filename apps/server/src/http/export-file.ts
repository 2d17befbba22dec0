import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { ExportClaim } from '@rollcall/core';
import { RollcallError } from '@rollcall/protocol';
import type { Host } from '../host.js';
import { answerError } from './answer-error.js';

/** A link exactly as it is made: whatever is written in another way is another link. */
const LINK =
  /^\/exports\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.ndjson\?expires=([1-9]\d{0,15})&signature=([\w-]{43})$/;

/**
 * Answers with the file of an export whoever has a good link: no token is asked for. Every link that is not good gets one
 * and the same refusal, which tells nobody what there is. The file is sent piece by piece, as fast as it is taken.
 */
export async function answerExport(
  host: Host,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const { method, url } = request;
  const link = method === 'GET' || method === 'HEAD' ? parseLink(url ?? '') : undefined;
  if (!link || !host.isExportLink(link)) {
    const message = 'the link to this file is not good, or not any more; getTask gives a fresh one';
    return answerError(response, new RollcallError('NOT_ALLOWED', message));
  }
  const file = await host.directory.exports.file(link.taskId);
  if (!file) {
    const message = 'the file of this export is not kept any more; exportUsers writes a new one';
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
    // The reader went away; there is nobody to tell.
  }
}

function parseLink(url: string): (ExportClaim & { signature: string }) | undefined {
  const [, taskId, expires, signature] = LINK.exec(url) ?? [];
  if (taskId === undefined || expires === undefined || signature === undefined) return undefined;
  // The last of 43 characters has two bits that say nothing; a link has them in one way only.
  if (Buffer.from(signature, 'base64url').toString('base64url') !== signature) return undefined;
  return { taskId, expires: Number(expires), signature };
}

/** The pieces of a file. Half of one, where it was removed meanwhile, must break off and never end like a whole one. */
async function* whole(file: { bytes: number; chunks: AsyncIterable<string> }): AsyncGenerator<Buffer> {
  let sent = 0;
  for await (const chunk of file.chunks) {
    const bytes = Buffer.from(chunk);
    sent += bytes.length;
    yield bytes;
  }
  if (sent !== file.bytes) throw new Error('the file of an export was removed while it was read');
}
