import type { Directory } from '@rollcall/core';
import type { Logger } from '../logger.js';

/** Whether this process can do its work now, and what keeps it from it when not. */
export type Readiness =
  | { status: 'ready' }
  | { status: 'unavailable'; reason: 'STORAGE_UNREADABLE' | 'STORAGE_READ_ONLY' | 'SHUTTING_DOWN' };

const PROBE_TIMEOUT_MS = 2000;

/**
 * Whether the storage answers and takes writes. A load balancer sends calls elsewhere while it does not; the process
 * itself goes on, for the storage may come back.
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
