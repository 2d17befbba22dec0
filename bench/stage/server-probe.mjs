/**
 * Loaded into a server with --import. Asked over IPC (`loop`), it says how long the event loop was held up since it was
 * asked last, and the CPU time of the process. Asked for `memory`, it says what is in use once the garbage is collected.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 1;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
let cpu = process.cpuUsage();

/** The histogram has the time from one look to the next: without the wait between them it is the delay. */
const delayMs = nanoseconds => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);

function loop() {
  const { user, system } = process.cpuUsage(cpu);
  const answer = {
    p99Ms: delayMs(delay.percentile(99)),
    worstMs: delayMs(delay.max),
    cpuMs: (user + system) / 1000,
    rssMiB: process.memoryUsage().rss / 2 ** 20,
  };
  delay.reset();
  cpu = process.cpuUsage();
  return answer;
}

/** The second collection takes what the finalisers of the first one let go. */
async function memory() {
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc?.();
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rssKiB: rss / 1024, usedKiB: (heapUsed + external) / 1024 };
}

process.on('message', async message => {
  if (message === 'loop') process.send(loop());
  if (message === 'memory') process.send(await memory());
});
// It keeps nobody from ending.
process.channel?.unref();
