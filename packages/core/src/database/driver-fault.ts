import { readFile } from 'node:fs/promises';
import { RollcallError } from '@rollcall/protocol';

/**
 * From Node 24.19 on, the headers make an object of an addon call this when it is collected. Before 24.22, Node itself
 * then aborts the process (github.com/nodejs/node/issues/65446): at some moment, without an error that anything could
 * catch. What counts is with which headers a binary was compiled. One that was fetched has older ones.
 */
const CALLED_WHEN_COLLECTED = 'RemoveEnvironmentCleanupHook';

/**
 * Makes sure that the binary of `better-sqlite3` does not abort this process.
 * @param binary its path. One that cannot be read is left to the driver, which says why.
 * @throws RollcallError `UNAVAILABLE` which says what to do.
 */
export async function refuseFaultyDriver(binary: string, node: string = process.version): Promise<void> {
  const [major = 0, minor = 0] = node.slice(1).split('.').map(Number);
  if (major !== 24 || minor >= 22) return;
  const content = await readFile(binary).catch(() => undefined);
  if (!content?.includes(CALLED_WHEN_COLLECTED)) return;
  throw new RollcallError(
    'UNAVAILABLE',
    `better-sqlite3 was compiled with the headers of Node 24.19 or newer, so Node ${node} would abort this process at some moment (github.com/nodejs/node/issues/65446); use Node 24.22 or newer, or Node 22, or the driver of sqlite:<file> in ROLLCALL_DATABASE_URL`,
    { unrecoverable: true },
  );
}
