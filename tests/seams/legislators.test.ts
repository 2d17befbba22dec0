import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { temporaryFolder } from '@rollcall/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { legislatorsFile, readLegislators } from '../support/data/legislators.js';
import { EventCollector } from '../support/listeners/event-collector.js';
import { runCli } from '../support/processes/run-cli.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';

if (!legislatorsFile) console.log('the real input is absent: the tests that read it are skipped');

describe.skipIf(!legislatorsFile)('the import of real people', () => {
  const people = legislatorsFile ? readLegislators() : [];
  let process: ServerProcess;
  let server: ServerClient;

  beforeEach(async () => {
    process = await startServerProcess();
    server = createServerClient({ url: process.url, secret: SECRET });
  });

  afterEach(async () => {
    await server.disconnect();
    await process.stop();
  });

  const importPeople = (...options: string[]) =>
    runCli(process.url, ['import', legislatorsFile as string, ...options]);
  const startOfLog = async () => (await server.queryUsers({}, [], { limit: 1 })).position;

  it('gives a listener one user.created for each, in commit order, also when it is cut off and resumes; again, nothing', async () => {
    const from = await startOfLog();
    const throughout = new EventCollector(server, { lastEventId: from });
    const first = new EventCollector(server, { lastEventId: from });
    const importing = importPeople();
    await first.count(Math.trunc(people.length / 4), 60_000);
    await first.stop();
    const cutOff = first.events.length;
    const resumed = new EventCollector(server, { lastEventId: first.events.at(-1)?.id });
    expect(await importing).toMatchObject({ code: 0 });

    await throughout.count(people.length, 60_000);
    await resumed.count(people.length - cutOff, 60_000);
    const inOrder = people.map((_, index) => index + 1);
    expect(throughout.positions).toEqual(inOrder);
    expect([...first.positions, ...resumed.positions]).toEqual(inOrder);
    const created = people.map(({ id }) => `user.created ${id}`).sort();
    expect([...throughout.names].sort()).toEqual(created);
    expect([...first.names, ...resumed.names].sort()).toEqual(created);

    expect(await importPeople()).toMatchObject({ code: 0 });
    await server.upsertUser({ id: 'after-all' });
    await throughout.count(people.length + 1);
    expect(throughout.names.at(-1)).toBe('user.created after-all');
    await throughout.stop();
    await resumed.stop();
  });

  it.each(['app', 'team'] as const)(
    'reports every name that is taken in the %s, and stores everybody else',
    async scope => {
      await server.updateAppSettings({ enforce_unique_usernames: scope });
      const errors = join(await temporaryFolder(), 'errors.ndjson');
      const result = await importPeople('--on-error', 'skip', '--errors', errors);
      expect(result.code).toBe(1);
      const reports = (await readFile(errors, 'utf8'))
        .split('\n')
        .filter(Boolean)
        .map(line => JSON.parse(line) as { row: number; id: string; name: string; code: string });

      const stored = new Set<string>();
      for await (const user of server.queryUsersAll({}, [{ field: 'id', direction: 1 }])) stored.add(user.id);
      const refused = new Set(reports.map(report => report.id));
      expect(stored.size + refused.size).toBe(people.length);
      for (const report of reports) {
        const person = people[report.row - 1];
        expect(report).toMatchObject({ id: person?.id, name: person?.name, code: 'USERNAME_TAKEN' });
        expect(stored.has(report.id)).toBe(false);
      }
      // Independently of how the rule is built: one of each group of equal names in a scope is stored, and all others not.
      const groups = new Map<string, string[]>();
      for (const { id, name, teams } of people) {
        const key = name
          .normalize('NFKC')
          .toLowerCase()
          .replace(/[^\p{L}\p{M}\p{N}]/gu, '');
        const group = `${key} ${scope === 'team' ? teams.join() : ''}`;
        groups.set(group, [...(groups.get(group) ?? []), id]);
      }
      for (const group of groups.values()) expect(group.filter(id => stored.has(id))).toHaveLength(1);
      expect(groups.size).toBe(stored.size);
    },
  );
});
