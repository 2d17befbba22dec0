/** The servers of a benchmark: any number of processes on one database, started as an operator starts them. */
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '@rollcall/testing';

const SECRET = 'a-secret-of-more-than-thirty-two-bytes-for-the-bench';
const MAIN = fileURLToPath(new URL('../apps/server/dist/main.js', import.meta.url));
const PROBE = new URL('./loop-probe.mjs', import.meta.url).href;

/** A server token, as a back end signs it for itself. */
export const TOKEN = (() => {
  const part = value => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ server: true, iat: Math.floor(Date.now() / 1000) })}`;
  return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`;
})();

/**
 * Starts `count` processes at once, and waits until each of them answers. With `probed`, `loop` says how the event loop of
 * the first one fared since it was asked last (`loop-probe.mjs`).
 */
export async function startServers(count, databaseUrl, { probed = false } = {}) {
  const servers = await Promise.all(Array.from({ length: count }, () => startServer(databaseUrl, probed)));
  return {
    urls: servers.map(server => server.url),
    pids: servers.map(server => server.pid),
    loop: () => servers[0].loop(),
    stop: async () => {
      await Promise.all(servers.map(server => server.stop()));
    },
  };
}

async function startServer(databaseUrl, probed) {
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
  };
  const probe = probed ? ['--import', PROBE] : [];
  const stdio = ['ignore', 'ignore', 'inherit', ...(probed ? ['ipc'] : [])];
  const child = spawn(process.execPath, [...probe, MAIN], { env, stdio });
  const ended = new Promise(resolve => child.once('exit', resolve));
  const kill = () => child.kill('SIGKILL');
  // The server also ends when the benchmark is interrupted or fails.
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  const loop = async () => {
    child.send('loop');
    const [answer] = await once(child, 'message');
    return answer;
  };
  for (let attempt = 0; attempt < 1000; attempt++) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return { url, stop, loop, pid: child.pid };
    if (child.exitCode !== null) break;
    await new Promise(resolve => setTimeout(resolve, 30));
  }
  child.kill('SIGKILL');
  throw new Error('a server did not start');
}
