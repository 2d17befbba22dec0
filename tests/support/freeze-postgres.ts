import { readdir, readFile } from 'node:fs/promises';
import { openSql } from '@rollcall/testing';

/**
 * Stops every process of a PostgreSQL server on this machine, as a machine that hangs does: connections stay open, and
 * nothing is answered.
 * @returns what lets them go on.
 */
export async function freezePostgres(url: string): Promise<() => void> {
  const sql = await openSql(url);
  const [row] = await sql.query('SELECT pg_backend_pid() AS pid');
  const postmaster = await parentOf(Number(row?.pid));
  await sql.close();
  // The postmaster first: it would start further processes.
  process.kill(postmaster, 'SIGSTOP');
  const pids = [postmaster];
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (Number.isInteger(pid) && (await parentOf(pid).catch(() => 0)) === postmaster) pids.push(pid);
  }
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  return () => {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  };
}

async function parentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]);
}
