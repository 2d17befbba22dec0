import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseAddress } from './database-address.js';

/** How much room there is on a disk, in bytes. */
export interface DiskRoom {
  free: number;
  total: number;
}

/** The room on the disk with an embedded database; undefined for PostgreSQL, and where the system does not say. */
export async function diskRoom(address: DatabaseAddress): Promise<DiskRoom | undefined> {
  return address.engine === 'postgres' ? undefined : roomIn(dirname(address.file));
}

/** The room on the disk with a folder; undefined where the system does not say. */
export async function roomIn(folder: string): Promise<DiskRoom | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return blocks > 0 ? { free: bavail * bsize, total: blocks * bsize } : undefined;
  } catch {
    return undefined;
  }
}
