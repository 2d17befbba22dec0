/** What a benchmark ran on, and how much of the machine others used meanwhile. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, release, totalmem } from 'node:os';

const require = createRequire(import.meta.url);

/** Linux counts CPU time in hundredths of a second. */
const TICK_MS = 10;

/** CPU time of the whole machine: all but idling and waiting for the disk. */
function busyMs() {
  const [user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * TICK_MS;
}

/** CPU time of this process and of all that it has started and that have ended. */
function ownMs() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * TICK_MS;
}

/** Begins to watch. The result says what it ran on, and is right once everything that was started has ended. */
export function watchMachine() {
  const at = performance.now();
  const busy = busyMs();
  const own = ownMs();
  return () => {
    const others = (busyMs() - busy - (ownMs() - own)) / (performance.now() - at);
    return `${machine()} Others used ${Math.max(0, others).toFixed(2)} cores meanwhile.`;
  };
}

function machine() {
  const version = name => JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8')).version;
  const names = ['sqlite3', 'better-sqlite3', 'pg', 'ws', '@trpc/server'];
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${memory} GiB, Linux ${release()};`,
    `Node ${process.versions.node}, ${names.map(name => `${name} ${version(name)}`).join(', ')}; commit ${commit}.`,
  ].join(' ');
}
