import type { CommandContext } from './context.js';
import { run } from './run.js';

const interrupt = new AbortController();

// The first signal lets a command finish what it has begun. The second one ends the process at once.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
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
