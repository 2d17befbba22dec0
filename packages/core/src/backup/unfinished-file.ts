import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, lstatSync, openSync } from 'node:fs';
import { link, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RollcallError } from '@rollcall/protocol';

const OWNER_ONLY = 0o600;

/** What SQLite may leave beside a file that it was writing. */
const BESIDE = ['', '-wal', '-shm', '-journal'];

/** What this process is writing. */
const underWay = new Set<string>();

/**
 * A file that is being written beside its place, under a name of its own, and takes its place when it is whole. Only its
 * owner can read it. Its name has the id of this process, so that what a killed process has left is known as such. It is
 * not the id alone: processes in two containers may have the same one.
 */
export class UnfinishedFile {
  readonly path: string;
  readonly #place: string;

  private constructor(place: string) {
    this.#place = place;
    this.path = `${place}.${process.pid}.${randomBytes(4).toString('hex')}.part`;
  }

  /**
   * Makes the file, empty, and removes what processes have left that were killed while they wrote to the same place.
   * @throws RollcallError `UNAVAILABLE` when a process that lives writes there; `INPUT_INVALID` for a symbolic link.
   */
  static async make(place: string): Promise<UnfinishedFile> {
    if (lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink()) {
      throw taken(`${place} is a symbolic link; name the file to which it leads`);
    }
    await clearUnfinished(place);
    const file = new UnfinishedFile(place);
    closeSync(openSync(file.path, 'wx', OWNER_ONLY));
    underWay.add(file.path);
    return file;
  }

  /**
   * Puts it in its place, and waits until the disk has it there. What has come there meanwhile is not overwritten, unless it is
   * an empty file.
   * @throws RollcallError `INPUT_INVALID` when there is something by now.
   */
  async finish(): Promise<void> {
    const handle = await open(this.path, 'r');
    await handle.sync().finally(() => handle.close());
    await this.#takePlace();
    await syncFolder(dirname(this.#place));
  }

  async #takePlace(): Promise<void> {
    try {
      // Unlike a new name, a second name never takes the place of a file.
      await link(this.path, this.#place);
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EEXIST' || existsSync(this.#place);
      if (isTaken && (lstatSync(this.#place).size > 0 || !lstatSync(this.#place).isFile())) {
        throw taken(`${this.#place} has come into being meanwhile; it was left as it is`);
      }
      // An empty file, or a file system without second names.
      await rename(this.path, this.#place);
    }
  }

  /** Removes it, unless it is finished. */
  async discard(): Promise<void> {
    for (const suffix of BESIDE) await rm(`${this.path}${suffix}`, { force: true });
    underWay.delete(this.path);
  }
}

function taken(message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', message, { field: 'file' });
}

/** What follows the name of the place: the process that writes, and what SQLite keeps beside the file. */
const SUFFIX = /^\.(\d+)(?:\.[0-9a-f]{8})?\.part(?:-wal|-shm|-journal)?$/;

/** The process that an unfinished file for this place is of; undefined for every other file. */
function writerOf(name: string, place: string): number | undefined {
  const [, pid] = name.startsWith(place) ? (SUFFIX.exec(name.slice(place.length)) ?? []) : [];
  return pid === undefined ? undefined : Number(pid);
}

/** A process that seems gone may be one of another machine or container. For so long it would not be silent. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

/**
 * Removes from a folder what processes that are gone have left of files, when nobody has written to it for a day.
 * @param places what the names of such files begin with: the name that each would have got.
 */
export async function clearAbandoned(folder: string, places: RegExp): Promise<void> {
  // A folder that cannot be read is said to be so by what comes next.
  for (const name of await readdir(folder).catch((): string[] => [])) {
    const [place] = places.exec(name) ?? [];
    const pid = place === undefined ? undefined : writerOf(name, place);
    if (pid === undefined || isAlive(pid)) continue;
    const path = join(folder, name);
    const { mtimeMs } = (await stat(path).catch(() => undefined)) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > ABANDONED_MS) await rm(path, { force: true }).catch(() => undefined);
  }
}

async function clearUnfinished(place: string): Promise<void> {
  const folder = dirname(place);
  for (const name of await readdir(folder)) {
    const pid = writerOf(name, basename(place));
    if (pid === undefined) continue;
    const isOurs = pid === process.pid;
    if (isOurs ? underWay.has(join(folder, name)) : isAlive(pid)) {
      throw new RollcallError(
        'UNAVAILABLE',
        `the process ${pid} is writing ${place}; wait for its end, or remove ${join(folder, name)} if it is another program`,
        { unrecoverable: true },
      );
    }
    await rm(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A name is on the disk when its folder is. Some systems cannot do that for folders. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
