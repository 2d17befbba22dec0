/**
 * Loaded into a server with --import. Asked over IPC (`loop`), it says how long the event loop was held up since it was
 * asked last, and the CPU time of the process.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 1;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
let cpu = process.cpuUsage();

/** The histogram has the time from one look to the next: without the wait between them it is the delay. */
const delayMs = nanoseconds => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);

process.on('message', message => {
  if (message !== 'loop') return;
  const { user, system } = process.cpuUsage(cpu);
  process.send({
    p99Ms: delayMs(delay.percentile(99)),
    worstMs: delayMs(delay.max),
    cpuMs: (user + system) / 1000,
    rssMiB: process.memoryUsage().rss / 2 ** 20,
  });
  delay.reset();
  cpu = process.cpuUsage();
});
// It keeps nobody from ending.
process.channel?.unref();
