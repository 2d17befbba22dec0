import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SECRET } from './server-process.js';

/** The command, as it is built. */
export const CLI_BIN = fileURLToPath(new URL('../../../apps/cli/bin/rollcall.js', import.meta.url));

/** How a command ended. */
export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the `rollcall` command as a person would, against a server. */
export function runCli(url: string, args: string[], input?: string): Promise<CliResult> {
  const env = { ...process.env, ROLLCALL_URL: url, ROLLCALL_SECRET: SECRET };
  const child = spawn(process.execPath, [CLI_BIN, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.end(input ?? '');
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => resolve({ code, stdout, stderr }));
  });
}
