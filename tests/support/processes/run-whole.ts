import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How a command is run. */
export interface RunWholeOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** After which it counts as hanging. */
  maxMs: number;
  /** Whether what it says of errors is shown; default no. */
  showErrors?: boolean;
}

/**
 * Runs a command to its end, and then ends everything that it has started: a test that goes red may leave its servers
 * running.
 * @returns its exit code; null when it hung, or was killed.
 */
export async function runWhole(
  [program = '', ...parameters]: readonly string[],
  { maxMs, showErrors = false, ...options }: RunWholeOptions,
): Promise<number | null> {
  const stdio: ('ignore' | 'inherit')[] = ['ignore', 'ignore', showErrors ? 'inherit' : 'ignore'];
  const child = spawn(program, parameters, { ...options, detached: true, stdio });
  const end = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nothing of it runs any more.
    }
  };
  const hanging = setTimeout(end, maxMs);
  const [code] = await once(child, 'exit');
  clearTimeout(hanging);
  end();
  return code;
}
