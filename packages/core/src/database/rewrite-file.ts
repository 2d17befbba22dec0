import type { DataSource } from 'typeorm';

/**
 * With `secure_delete` SQLite overwrites a deleted row and a page that is given back. When it divides a page, though,
 * copies of rows stay in the gap of the old one, and nobody ever overwrites those but by chance. Writing the file anew
 * (VACUUM) takes them away; meanwhile nobody can write, and with the synchronous driver nobody can do anything, so files
 * with more data than this are left as they are.
 */
export const MAX_REWRITE_BYTES = {
  sqlite3: 256 * 1024 * 1024,
  'better-sqlite3': 32 * 1024 * 1024,
} as const;

/** Writes a file anew that does not hold too much. @returns whether it did. */
export async function rewriteSmall(writer: DataSource, maxBytes: number): Promise<boolean> {
  const [used, free, page] = await Promise.all(
    ['page_count', 'freelist_count', 'page_size'].map(name => pragma(writer, name)),
  );
  if ((Number(used) - Number(free)) * Number(page) > maxBytes) return false;
  await writer.query('VACUUM');
  return true;
}

async function pragma(source: DataSource, name: string): Promise<number> {
  const [row] = (await source.query(`PRAGMA ${name}`)) as Record<string, number>[];
  return Object.values(row ?? {})[0] ?? 0;
}
