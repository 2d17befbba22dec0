/** Starts a server that is installed in a folder of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@rollcall/testing';

/**
 * @param how.program the text of an ES module to run there, or `how.command` what to run.
 * @param how.first what to run before, and to its end.
 * @param how.isReady the path that answers once it is ready.
 */
export async function startProgram({ folder, program, command, first, env: settings, isReady }) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { PATH: process.env.PATH, HOME: folder, ...settings, PORT: String(port), PUBLIC_URL: url };
  const options = { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] };
  if (first) {
    const [code] = await once(spawn(first[0], first.slice(1), options), 'exit');
    if (code !== 0) throw new Error(`${first.join(' ')} ended with ${code}`);
  }
  const file = join(folder, 'bench-program.mjs');
  if (program) writeFileSync(file, program);
  const [name, ...rest] = command ?? [process.execPath, file];
  const child = spawn(name, rest, options);
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise(resolve => child.once('exit', resolve));
  const stop = () => {
    process.off('exit', kill);
    child.kill('SIGTERM');
    const patience = setTimeout(kill, 10_000);
    return ended.finally(() => clearTimeout(patience));
  };
  for (let attempt = 0; attempt < 1200; attempt++) {
    const answer = await fetch(url + isReady).catch(() => undefined);
    if (answer?.ok) return { url, pid: child.pid, stop };
    if (child.exitCode !== null) break;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  kill();
  throw new Error(`${folder}: the server did not start`);
}
