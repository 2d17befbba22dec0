import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** As Linux tells. A process that ends meanwhile does not count. */
export async function childrenOf(pid: number): Promise<number[]> {
  const others = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
  const parents = await Promise.all(
    others.map(async name => {
      const stat = await readFile(join('/proc', name, 'stat'), 'utf8').catch(() => '');
      // After the name of the program, in brackets: its state, and its parent.
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    }),
  );
  return others.filter((_, index) => parents[index] === pid).map(Number);
}
