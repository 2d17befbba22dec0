import sql from 'sql-template-tag';
import type { UnitOfWork } from './unit-of-work.js';

/**
 * Whether the storage takes writes: the last one reached it, or else one that changes nothing does now. Without that one,
 * a process that is sent no writes because it says that it cannot do them would say so for ever. It never rejects.
 */
export async function isWritable(unitOfWork: UnitOfWork): Promise<boolean> {
  if (unitOfWork.writable) return true;
  try {
    await unitOfWork.write(transaction =>
      transaction.query(sql`UPDATE presence_stream SET last_seq = last_seq WHERE id = 1`),
    );
  } catch {
    // Why it cannot be done is told to those who write.
  }
  return unitOfWork.writable;
}
