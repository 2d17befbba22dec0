import type { CommandContext } from './context.js';
import { run } from './run.js';

const interrupt = new AbortController();

// The first signal lets a command finish what it has begun. The second one ends the process at once. A terminal that goes away,
// with a connection to the machine, sends SIGHUP.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort();
  });
}

// A reader such as `head` closes the pipe when it has read enough. That is a normal end, not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

// A terminal that is gone takes no more words. The command comes to its end all the same.
process.stderr.on('error', () => undefined);

const context: CommandContext = {
  env: process.env,
  directory: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  interrupted: interrupt.signal,
  exitCode: 0,
};

process.exitCode = await run(process.argv.slice(2), context);
