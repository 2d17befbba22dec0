/** What the doctor says of a database: each finding is brought about, and nothing is said of a sound one. */
import { createHash } from 'node:crypto';
import { chmodSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createWebhookSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine, temporaryFolder } from '@rollcall/testing';
import { describe, expect, it } from 'vitest';
import { writeBackup } from '../../src/backup/write-backup.js';
import { parseDatabaseUrl } from '../../src/database/database-address.js';
import { openDirectory } from '../../src/directory.js';
import { examineBackups } from '../../src/doctor/examine-backups.js';
import { mostImportantFirst, risk, wrong } from '../../src/doctor/finding.js';
import { examineDirectory } from '../../src/examine.js';
import { newSecret } from '../../src/webhooks/sign-webhook.js';
import { openEarlierDatabase } from '../support/earlier-database.js';
import { StoredData } from '../support/life-cycle/stored-data.js';
import { SERVER } from '../support/test-directory.js';

const fileOf = (url: string) => url.replace(/^[a-z0-9-]+:/, '');

describeOnEveryEngine('the doctor', engine => {
  /** A database with a few users, which nobody has open. */
  async function installation(): Promise<string> {
    const url = await engine.migratedUrl();
    const directory = await openDirectory({ databaseUrl: url, runTasks: false });
    await directory.settings.update(SERVER, { indexed_custom_fields: ['plan'] });
    await directory.users.upsert(SERVER, [{ id: 'ann', plan: 'free' }, { id: 'bob' }]);
    await directory.close();
    return url;
  }

  async function rows(url: string, statement: string) {
    const stored = await StoredData.open(url);
    try {
      return await stored.run(statement);
    } finally {
      await stored.close();
    }
  }

  const run = (url: string, statement: string) => rows(url, statement).then(() => undefined);

  /** What is found, but for what only the machine decides. */
  async function findingsOf(url: string): Promise<string[]> {
    const { findings } = await examineDirectory({ address: parseDatabaseUrl(url), products: [] });
    return findings
      .filter(({ check }) => !['room', 'durability', 'connections', 'transactions'].includes(check))
      .map(({ level, check, message }) => `${level} ${check}: ${message}`);
  }

  it('finds nothing wrong with a sound installation, changes nothing, and gives its settings', async () => {
    const url = await installation();
    const digest = () =>
      engine.name === 'postgres'
        ? ''
        : createHash('sha256')
            .update(readFileSync(fileOf(url)))
            .digest('hex');
    const before = digest();
    expect(await findingsOf(url)).toEqual([]);
    expect(digest()).toBe(before);
    const { settings } = await examineDirectory({ address: parseDatabaseUrl(url), products: [] });
    expect(settings?.indexed_custom_fields).toEqual(['plan']);
  });

  it('works beside a server', async () => {
    const url = await installation();
    const directory = await openDirectory({ databaseUrl: url });
    expect(await findingsOf(url)).toEqual([]);
    await directory.users.upsert(SERVER, [{ id: 'carl' }]);
    await directory.close();
  });

  it('says that there are no tables, and which are missing', async () => {
    const [empty] = await findingsOf(await engine.freshUrl());
    expect(empty).toMatch(
      engine.name === 'postgres'
        ? /^wrong schema: the database has no tables/
        : /^wrong database: there is no database/,
    );
    const url = await engine.freshUrl();
    await (await openEarlierDatabase(url, 13)).destroy();
    if (engine.name !== 'postgres') chmodSync(fileOf(url), 0o600);
    expect(await findingsOf(url)).toEqual([
      expect.stringMatching(
        /^risk schema: the schema lacks UserWords\d+, TaskLists\d+, .*: run `rollcall migrate`/,
      ),
    ]);
  });

  it('says that the schema is of a newer version or of other products', async () => {
    const url = await installation();
    await run(url, `INSERT INTO migrations (timestamp, name) VALUES (1, 'Later1')`);
    expect(await findingsOf(url)).toEqual([
      expect.stringContaining('risk schema: the schema has what this version does not know: Later1'),
    ]);
  });

  it('says which tables and columns somebody has taken away', async () => {
    const url = await installation();
    await run(url, 'ALTER TABLE webhook_endpoints DROP COLUMN description');
    await run(url, 'DROP TABLE webhook_deliveries');
    const [finding, ...others] = await findingsOf(url);
    expect(others).toEqual([]);
    expect(finding).toMatch(
      /^wrong schema: the schema has run all migrations and lacks something all the same/,
    );
    for (const gone of ['description', 'webhook_deliveries']) expect(finding).toContain(gone);
  });

  it('says that tasks stand still and that tasks have failed', async () => {
    const url = await installation();
    const directory = await openDirectory({ databaseUrl: url, runTasks: false });
    for (let task = 0; task < 3; task++) await directory.lifeCycle.deactivateUsers(SERVER, ['ann'], false);
    await directory.close();
    expect(await findingsOf(url)).toEqual([]);
    const before = Date.now() - 3 * 60 * 60 * 1000;
    await run(url, `UPDATE tasks SET run_at = ${before}, updated_at = ${before}`);
    expect(await findingsOf(url)).toEqual([
      expect.stringContaining('risk tasks: 3 tasks stand still, the oldest for 3 hours'),
    ]);
    await run(url, `UPDATE tasks SET status = 'running', lease_until = ${before}`);
    expect(await findingsOf(url)).toEqual([expect.stringContaining('risk tasks: 3 tasks stand still')]);
    await run(url, `UPDATE tasks SET status = 'pending'`);
    const [{ id } = { id: '' }] = await rows(url, 'SELECT id FROM tasks ORDER BY id LIMIT 1');
    await run(
      url,
      `UPDATE tasks SET status = 'running', lease_until = ${Date.now() + 60_000} WHERE id = '${id}'`,
    );
    expect(await findingsOf(url), 'two wait for their turn').toEqual([]);
    await run(url, `UPDATE tasks SET status = 'failed', finished_at = ${Date.now()}`);
    expect(await findingsOf(url)).toEqual([
      expect.stringContaining('risk tasks: 3 tasks failed within the last week'),
    ]);
  });

  it('says that processes are gone and still count', async () => {
    const url = await installation();
    await run(url, `INSERT INTO nodes (id, started_at, lease_until) VALUES ('gone', 1, 2)`);
    await run(url, `INSERT INTO node_users (node_id, user_id) VALUES ('gone', 'ann'), ('gone', 'bob')`);
    expect(await findingsOf(url)).toEqual([
      expect.stringContaining(
        'risk processes: 1 server ended without a word and left 2 users behind who may count as online',
      ),
    ]);
  });

  it('says which webhooks receive nothing, are far behind, or cannot sign, and shows no key of their addresses', async () => {
    const url = await installation();
    const directory = await openDirectory({ databaseUrl: url, runTasks: false });
    const address = 'https://shop.example/hooks?key=not-to-be-shown';
    const { webhook } = await directory.webhooks.create(createWebhookSchema.parse({ url: address }));
    await directory.users.upsert(SERVER, [{ id: 'carl' }, { id: 'dora' }]);
    await directory.close();
    const name = `the webhook ${webhook.id} (https://shop.example)`;
    const set = (values: string) => run(url, `UPDATE webhook_endpoints SET ${values}`);
    const only = async (start: string) => {
      const found = await findingsOf(url);
      expect(found).toEqual([expect.stringContaining(start)]);
      return found.join();
    };
    expect(await findingsOf(url)).toEqual([]);

    const hour = 60 * 60 * 1000;
    await run(url, `UPDATE events SET at = ${Date.now() - 5 * hour}`);
    expect(
      await only(`risk webhooks: ${name} is 2 events behind, the oldest of 5 hours ago: no server`),
    ).toContain('Start one');
    await set(`lease_until = ${Date.now() + hour}`);
    await only(
      `risk webhooks: ${name} is 2 events behind, the oldest of 5 hours ago: its receiver is slower`,
    );
    await set(`failing_since = ${Date.now() - 30 * hour}`);
    await only(`risk webhooks: nothing has reached ${name} for 30 hours; after 3 days it is disabled.`);
    await set(`disabled_reason = 'failing'`);
    const failed = await only(`wrong webhooks: ${name} is disabled, since nothing had reached it for 3 days`);
    expect(failed).toContain(`\`rollcall webhooks enable ${webhook.id}\``);
    expect(failed).not.toContain('not-to-be-shown');
    await set(`disabled_reason = 'gone'`);
    await only(`wrong webhooks: ${name} is disabled, since its receiver answered 410`);
    await set(`disabled_reason = 'requested'`);
    expect(await findingsOf(url), 'somebody wants that').toEqual([]);

    await set(`disabled_reason = NULL, failing_since = NULL, seq = (SELECT last_seq FROM event_stream)`);
    expect(await findingsOf(url)).toEqual([]);
    await set(`url = 'http://shop.example/', secret = 'whsec_typed'`);
    expect(await findingsOf(url)).toEqual([
      expect.stringContaining('wrong webhooks: the webhook'),
      expect.stringMatching(/^risk webhooks: the webhook .* is not encrypted/),
    ]);
    await set(`url = '${address}', secret = '${newSecret()}', seq = 0`);
    await run(url, 'DELETE FROM events WHERE seq <= 2');
    await run(url, 'UPDATE event_stream SET min_seq = 3');
    expect(await only(`risk webhooks: ${name}`)).toContain(
      '2 events that it has not read are no longer in the log',
    );
  });

  it('says that the log has a gap, and that old events stay', async () => {
    const url = await installation();
    const old = Date.now() - 40 * 24 * 60 * 60 * 1000;
    await run(url, `UPDATE events SET at = ${old}`);
    expect(await findingsOf(url)).toEqual([
      expect.stringContaining(
        'risk event_log: the oldest event is 40 days old, and events are kept for 30 days',
      ),
    ]);
    await run(url, 'DELETE FROM events WHERE seq = 2');
    expect(await findingsOf(url)).toEqual([
      expect.stringMatching(/^wrong event_log: the event log has \d+ entries where its counter says \d+/),
    ]);
  });

  it('says which custom fields have no index though they should', async () => {
    const url = await installation();
    const stored = await StoredData.open(url);
    const [name] =
      engine.name === 'postgres'
        ? await stored.run("SELECT indexname AS name FROM pg_indexes WHERE indexname LIKE 'users_custom_%'")
        : await stored.run(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'users_custom_%'",
          );
    await stored.run(
      engine.name === 'postgres' ? `DROP INDEX ${name?.name}` : `ALTER TABLE ${name?.name} RENAME TO was`,
    );
    await stored.close();
    expect(await findingsOf(url)).toEqual([
      expect.stringContaining(
        'risk indexes: these custom fields have no index that serves, though the settings ask for one: plan.',
      ),
    ]);
  });

  it('says that a copy is not finished', async () => {
    const url = await installation();
    await run(
      url,
      `INSERT INTO copies (id, source_epoch, foreign_keys, started_at) VALUES (1, 'abc', '[]', 1)`,
    );
    expect(await findingsOf(url)).toEqual([
      expect.stringContaining('wrong copy: the database is an unfinished copy'),
    ]);
  });

  if (engine.name === 'postgres') {
    it('says that PostgreSQL cannot be reached, and shows no password', async () => {
      const [finding] = await findingsOf('postgres://nobody:not-to-be-shown@127.0.0.1:1/none');
      expect(finding).toMatch(
        /^wrong database: PostgreSQL cannot be used: .*ECONNREFUSED.*ROLLCALL_DATABASE_URL\.$/,
      );
      expect(finding).not.toContain('not-to-be-shown');
    });

    it('says that writes fail by a setting, and that an index was not made to the end', async () => {
      const url = await installation();
      const name = new URL(url).pathname.slice(1);
      await run(url, `ALTER DATABASE "${name}" SET default_transaction_read_only = on`);
      expect(await findingsOf(url)).toEqual([
        expect.stringContaining('wrong writable: transactions only read by default'),
      ]);
      const stored = await StoredData.open(url);
      await stored.run('SET default_transaction_read_only = off');
      await stored.run(`ALTER DATABASE "${name}" RESET default_transaction_read_only`);
      await stored.run('CREATE INDEX half ON users (name)');
      await stored.run("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'half'::regclass");
      await stored.close();
      expect(await findingsOf(url)).toEqual([
        expect.stringContaining(
          'risk indexes: these indexes were not made to the end and serve nobody: half.',
        ),
      ]);
      await run(url, 'DROP INDEX half');
    });
    return;
  }

  it('says that a file is damaged, not closed, or open to others', async () => {
    const url = await installation();
    const file = fileOf(url);
    writeFileSync(`${file}-unchecked`, '');
    chmodSync(file, 0o644);
    expect(await findingsOf(url)).toEqual([
      expect.stringContaining(`risk file_mode: other users of this machine may read ${file}: run chmod 600`),
      expect.stringContaining('risk integrity: the last server on'),
    ]);
    const stored = await StoredData.open(url);
    const [page] = await stored.run("SELECT rootpage FROM sqlite_schema WHERE name = 'users_updated_at'");
    await stored.close();
    chmodSync(file, 0o600);
    writeSync(openSync(file, 'r+'), Buffer.alloc(4096, 0xee), 0, 4096, (Number(page?.rootpage) - 1) * 4096);
    expect(await findingsOf(url)).toEqual([
      expect.stringContaining(`wrong integrity: the database ${file} is damaged`),
    ]);
    writeFileSync(file, 'something else altogether, and long enough to have a header of a file of it');
    expect(await findingsOf(url)).toEqual([expect.stringContaining('is not an SQLite database')]);
  });

  it('says of a file without content that there are no tables, and of a folder that it is no file', async () => {
    const url = await engine.freshUrl();
    writeFileSync(fileOf(url), '', { mode: 0o600 });
    expect(await findingsOf(url)).toEqual([
      expect.stringContaining('wrong schema: the database has no tables of Rollcall'),
    ]);
    const scheme = url.slice(0, url.indexOf(':'));
    const folder = await temporaryFolder();
    expect(await findingsOf(`${scheme}:${folder}`)).toEqual([
      `wrong database: ${folder} is not a file: name a file in ROLLCALL_DATABASE_URL.`,
    ]);
  });

  it('says that the last backup is old, that there is none, and that one cannot be used', async () => {
    const folder = await temporaryFolder();
    const now = Date.now();
    expect(await examineBackups(folder, now)).toEqual([
      risk('backups', `there is no backup in ${folder}: run \`rollcall backup ${folder}\`.`),
    ]);
    await writeBackup({
      address: parseDatabaseUrl(await installation()),
      file: folder,
      version: '1',
      keyIds: [],
    });
    expect(await examineBackups(folder, now)).toEqual([]);
    expect(await examineBackups(folder, now + 3 * 24 * 60 * 60 * 1000)).toEqual([
      risk('backups', `the last backup in ${folder} is 3 days old: look at what should make them.`),
    ]);
    expect(await examineBackups(folder, now - 3 * 24 * 60 * 60 * 1000)).toEqual([
      expect.objectContaining({ message: expect.stringContaining('is of a time to come') }),
    ]);
    writeFileSync(join(folder, 'cut.backup'), 'half');
    expect((await examineBackups(folder, now)).map(({ message }) => message)).toEqual([
      expect.stringContaining('cut.backup is not a backup of Rollcall'),
    ]);
    expect((await examineBackups(join(folder, 'none'), now))[0]?.message).toContain(
      'cannot be read (ENOENT)',
    );
  });
});

describe('findings', () => {
  it('have what is wrong before what is a risk', () => {
    const findings = [risk('a', '1'), wrong('b', '2'), risk('c', '3'), wrong('d', '4')];
    expect(mostImportantFirst(findings).map(({ check }) => check)).toEqual(['b', 'd', 'a', 'c']);
  });
});
