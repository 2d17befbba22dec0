import { createHash, createHmac, randomBytes } from 'node:crypto';

/** Secrets and signatures as Standard Webhooks says (standardwebhooks.com): any of its libraries checks them. */
const PREFIX = 'whsec_';

const SECRET_BYTES = 32;

/** A new secret. */
export function newSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** What is signed. */
export interface SignedRequest {
  id: string;
  /** Epoch milliseconds; the signature carries seconds. */
  at: number;
  body: string;
}

/** The headers of a request. Each secret that is alive has its signature, so a receiver may know either. */
export function signedHeaders(
  secrets: readonly string[],
  { id, at, body }: SignedRequest,
): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const signatures = secrets.map(secret => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

const ID_LENGTH = 22;

/**
 * The id of a delivery. It follows from what is delivered: a process that died between a request and its outcome is
 * followed by one that sends the same id again. The time of the event is a part of it, because a log that went back with a
 * backup gives the same places to other events: with the ids of those of before, receivers would drop them.
 */
export function deliveryId(
  { id, round }: { id: string; round: number },
  { seq, at }: { seq: number; at: number },
): string {
  const digest = createHash('sha256').update(`${id}.${round}.${seq}.${at}`).digest('base64url');
  return `msg_${digest.slice(0, ID_LENGTH)}`;
}

/** An id for a delivery that carries no event. */
export function testId(): string {
  return `msg_${randomBytes(18).toString('base64url').slice(0, ID_LENGTH)}`;
}
