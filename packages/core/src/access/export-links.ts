import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SigningKey } from './tokens.js';

/** How long a link is valid. */
export const EXPORT_LINK_MS = 60 * 60 * 1000;

/** What a link says: which task's file, and until when, in epoch milliseconds. */
export interface ExportClaim {
  taskId: string;
  expires: number;
}

/**
 * A link to the file of an export. Anyone who has the link may read the file until it expires. The first key signs it,
 * and it stays valid as long as that key is one of the server's.
 * @returns a path with a query.
 */
export function exportLink(keys: readonly SigningKey[], claim: ExportClaim): string {
  const [key] = keys;
  if (!key) throw new Error('there is no key to sign the link with');
  const signature = signatureOf(key, claim).toString('base64url');
  return `/exports/${claim.taskId}.ndjson?expires=${claim.expires}&signature=${signature}`;
}

/**
 * Whether one of the keys signed a link, and it has not expired. The check takes equally long for every wrong
 * signature.
 */
export function isExportLink(
  keys: readonly SigningKey[],
  link: ExportClaim & { signature: string },
  now: number,
): boolean {
  const given = Buffer.from(link.signature, 'base64url');
  const signed = keys.map(key => {
    const expected = signatureOf(key, link);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return signed.includes(true) && link.expires > now;
}

function signatureOf({ secret }: SigningKey, { taskId, expires }: ExportClaim): Buffer {
  // The prefix makes sure that no signature of anything else is ever valid for a link.
  return createHmac('sha256', secret).update(`rollcall export\n${taskId}\n${expires}`).digest();
}
