/** The servers of a benchmark: any number of processes on one database, started as an operator starts them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort } from '@rollcall/testing';
import { SECRET, serverToken } from './tokens.mjs';

const MAIN = fileURLToPath(new URL('../../apps/server/dist/main.js', import.meta.url));
const PROBE = new URL('./server-probe.mjs', import.meta.url).href;

/** Linux counts the CPU time of a process in hundredths of a second. */
const TICK_MS = 10;

/** A server token, as a back end signs it for itself. */
export const TOKEN = serverToken();

/**
 * Starts `count` processes at once, and waits until each of them answers. With `probed`, `loop` says how the event loop of
 * the first one fared since it was asked last (`server-probe.mjs`).
 */
export async function startServers(count, databaseUrl, options = {}) {
  const servers = await Promise.all(Array.from({ length: count }, () => startServer(databaseUrl, options)));
  return {
    urls: servers.map(server => server.url),
    pids: servers.map(server => server.pid),
    loop: () => servers[0].loop(),
    stop: async () => {
      await Promise.all(servers.map(server => server.stop()));
    },
  };
}

/**
 * Starts one process.
 * @param options.probed whether `loop` and `memory` can be asked. Such a server may collect its garbage when it is told to.
 * @param options.env further settings.
 * @param options.everyMs how often it is asked whether it is ready.
 */
export async function startServer(databaseUrl, { probed = false, env: further = {}, everyMs = 30 } = {}) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    ROLLCALL_DATABASE_URL: databaseUrl,
    ROLLCALL_SECRET: SECRET,
    ROLLCALL_PORT: String(port),
    ROLLCALL_LOG_LEVEL: 'error',
    ROLLCALL_DRAIN_MS: '0',
    ...further,
  };
  const probe = probed ? ['--expose-gc', '--import', PROBE] : [];
  const stdio = ['ignore', 'ignore', 'inherit', ...(probed ? ['ipc'] : [])];
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...probe, MAIN], { env, stdio });
  const ended = new Promise(resolve => child.once('exit', resolve));
  const killAtExit = () => child.kill('SIGKILL');
  // The server also ends when the benchmark is interrupted or fails.
  process.once('exit', killAtExit);
  child.once('exit', () => process.off('exit', killAtExit));
  const end = signal => {
    child.kill(signal);
    return ended;
  };
  const ask = async question => {
    child.send(question);
    const [answer] = await once(child, 'message');
    return answer;
  };
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += everyMs) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) {
      return {
        url,
        pid: child.pid,
        readyMs: performance.now() - startedAt,
        stop: () => end('SIGTERM'),
        kill: () => end('SIGKILL'),
        loop: () => ask('loop'),
        memory: () => ask('memory'),
      };
    }
    if (child.exitCode !== null) break;
    await new Promise(resolve => setTimeout(resolve, everyMs));
  }
  child.kill('SIGKILL');
  throw new Error('a server did not start');
}

/** The CPU time that a process has used so far, all its threads together. Linux only. */
export function cpuMsOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** The memory that a process has now, and the most that it ever had. Linux only. */
export function rssMiBOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = name => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024;
  return { now: of('VmRSS'), most: of('VmHWM') };
}
