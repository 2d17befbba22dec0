// Loaded into a server with --import: measures how long its event loop is held up, and says so on standard error when it
// is sent SIGUSR2: `event loop p99 <milliseconds>`, then measures anew.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on('SIGUSR2', () => {
  process.stderr.write(
    `event loop p99 ${delay.percentile(99) / 1e6} max ${delay.max / 1e6} rss ${process.memoryUsage().rss}\n`,
  );
  delay.reset();
});
