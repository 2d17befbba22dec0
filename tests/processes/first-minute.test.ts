/** The first minute of the README, on every engine: a server, a listener, and a thousand people that are imported. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { UserEvent } from '@rollcall/protocol';
import { ENGINE_NAMES, freshDatabaseUrl } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { CLI_BIN, runCli } from '../support/processes/run-cli.js';
import { SECRET, startServerProcess } from '../support/processes/server-process.js';
import { until } from '../support/until.js';

const SAMPLE = fileURLToPath(new URL('../../samples/users.ndjson', import.meta.url));
const PEOPLE = 1000;

/** What Node prints about what it will drop, and about what it has only on trial. */
const WARNING = /\(node:\d+\)|Warning:/;

/** `npm run test:node-versions` says on which Node it means to run this; by default it is any. */
const { ROLLCALL_TEST_NODE = process.version } = process.env;

it('runs on the Node that is asked for', () => {
  expect(process.version).toBe(ROLLCALL_TEST_NODE);
});

it.each(ENGINE_NAMES)(
  'on %s a listener hears each of a thousand imported people once, in order, and Node warns of nothing',
  async engine => {
    const server = await startServerProcess({ databaseUrl: await freshDatabaseUrl(engine) });
    const listener = watch(server.url);
    try {
      await until('the listener is connected', () => listener.messages().includes('watching'));
      const { code, stdout, stderr } = await runCli(server.url, ['import', SAMPLE]);
      expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, created: PEOPLE, failed: 0 });
      await until('the listener has heard of all', () => listener.people().length >= PEOPLE);

      const heard = listener.people();
      expect(new Set(heard.map(({ user }) => user.id)).size).toBe(PEOPLE);
      const places = heard.map(({ id = '' }) => Number(id.split('.')[1]));
      expect(heard).toHaveLength(PEOPLE);
      expect(places).toEqual([...places].sort((a, b) => a - b));

      await listener.end();
      expect(await server.stop()).toBe(0);
      for (const printed of [server.output(), stderr, listener.messages()])
        expect(printed).not.toMatch(WARNING);
    } finally {
      await listener.end();
      await server.crash();
    }
  },
);

/** `rollcall watch`, as a person starts it. */
function watch(url: string) {
  const env = { ...process.env, ROLLCALL_URL: url, ROLLCALL_SECRET: SECRET };
  const child = spawn(process.execPath, [CLI_BIN, 'watch'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      printed[stream] += text;
    });
  }
  return {
    people: () =>
      printed.stdout
        .split('\n')
        .slice(0, -1)
        .map(line => JSON.parse(line) as UserEvent)
        .filter(({ type }) => type === 'user.created'),
    messages: () => printed.stderr,
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
