import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSigningKeys, signToken } from '@rollcall/core';
import type { TokenClaims } from '@rollcall/protocol';
import { type EnvironmentVariables, loadConfig } from '../src/config/config.js';
import { createLogger } from '../src/logger.js';
import { type RunningServer, type ServerOptions, startServer } from '../src/start-server.js';

export const SECRET = 'test:0123456789-0123456789-0123456789';

/** A real server on a free port, with a database of its own, and what it logged. */
export interface TestServer extends RunningServer {
  log: string[];
  /** Calls a mutation with a server token and returns its result. */
  mutate(procedure: string, input: unknown): Promise<unknown>;
}

/** Starts a server; `env` adds to its settings. */
export async function startTestServer(
  env: EnvironmentVariables = {},
  options: Pick<ServerOptions, 'slowSenders' | 'consoleFolder' | 'apiPageFolder' | 'metricsKeptMs'> = {},
): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-server-'));
  const config = loadConfig({
    ROLLCALL_DATABASE_URL: `sqlite:${join(folder, 'rollcall.sqlite')}`,
    ROLLCALL_SECRET: SECRET,
    ROLLCALL_PORT: '0',
    ROLLCALL_DRAIN_MS: '0',
    ROLLCALL_LOG_LEVEL: 'debug',
    // Whether a console has been built is no matter of these tests.
    ...(options.consoleFolder === undefined && { ROLLCALL_CONSOLE: 'off' }),
    ...env,
  });
  const log: string[] = [];
  const server = await startServer(config, {
    ...options,
    logger: createLogger(config, { write: line => log.push(line) }),
  });
  const token = await tokenOf({ server: true });
  return {
    ...server,
    log,
    mutate: async (procedure, input) => {
      const response = await fetch(`${server.url}/trpc/${procedure}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(input),
      });
      const answer = (await response.json()) as { result?: { data: unknown }; error?: { message: string } };
      if (!answer.result) throw new Error(`${procedure}: ${answer.error?.message}`);
      return answer.result.data;
    },
  };
}

/** A token that the test servers accept, unless its claims forbid it. */
export function tokenOf(claims: TokenClaims): Promise<string> {
  return signToken(parseSigningKeys(SECRET), claims);
}
