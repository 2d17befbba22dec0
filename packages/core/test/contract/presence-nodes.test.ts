import { describeOnEveryEngine } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { renewEpoch } from '../../src/events/stored-log.js';
import { PresenceFixture, type PresenceNode } from '../support/presence/presence-fixture.js';
import { SERVER } from '../support/test-directory.js';

const WAIT = { timeout: 10_000, interval: 20 };

describeOnEveryEngine('presence of several processes', engine => {
  let fixture: PresenceFixture;
  let here: PresenceNode;
  let there: PresenceNode;

  beforeEach(async () => {
    fixture = await PresenceFixture.open(engine, ['jane', 'john']);
    here = await fixture.addNode();
    there = await fixture.addNode();
  });
  afterEach(() => fixture.close());

  const isOnline = (...ids: string[]) => expect.poll(() => fixture.online(), WAIT).toEqual(ids);

  it('is online while any of them holds the user', async () => {
    here.presence.connected('jane');
    there.presence.connected('jane');
    await expect.poll(() => fixture.count('node_users'), WAIT).toBe(2);
    here.presence.disconnected('jane');
    await expect.poll(() => fixture.count('node_users'), WAIT).toBe(1);
    expect(await fixture.online()).toEqual(['jane']);
    there.presence.disconnected('jane');
    await isOnline();
    expect(await fixture.changes()).toBe(2);
  });

  it('holds one row for a user, however many connections it has', async () => {
    for (let count = 0; count < 5; count++) here.presence.connected('jane');
    await isOnline('jane');
    expect(await fixture.count('node_users')).toBe(1);
    for (let count = 0; count < 4; count++) here.presence.disconnected('jane');
    here.presence.connected('john');
    await isOnline('jane', 'john');
  });

  it('takes away whom only a dead process holds, and leaves whom another holds as well', async () => {
    here.presence.connected('jane');
    here.presence.connected('john');
    await isOnline('jane', 'john');
    await fixture.endLeases();
    there.presence.connected('john');
    await expect.poll(() => fixture.count('node_users'), WAIT).toBe(3);
    await there.presence.renew();
    expect(await fixture.online()).toEqual(['john']);
    expect(await fixture.count('nodes')).toBe(1);
    expect(await fixture.count('node_users')).toBe(1);
  });

  it('takes away many in several transactions, by two processes at once', async () => {
    const ids = Array.from({ length: 1200 }, (_, index) => `u-${String(index).padStart(4, '0')}`);
    for (let start = 0; start < ids.length; start += 100) {
      await fixture.users.upsert(
        SERVER,
        ids.slice(start, start + 100).map(id => ({ id })),
      );
    }
    for (const id of ids) here.presence.connected(id);
    await expect.poll(() => fixture.count('node_users'), WAIT).toBe(1200);
    await fixture.endLeases();
    const third = await fixture.addNode();
    await Promise.all([there.presence.renew(), third.presence.renew()]);
    await there.presence.renew();
    expect(await fixture.online()).toEqual([]);
    expect(await fixture.count('node_users')).toBe(0);
  });

  it('enters again with all its users when a standby took over, which may lack who came and left at last', async () => {
    here.presence.connected('jane');
    await isOnline('jane');
    // The standby knows the process, and somebody else with it.
    await fixture.unitOfWork.write(async transaction => {
      await transaction.query(sql`UPDATE node_users SET user_id = 'john'`);
      await transaction.query(sql`UPDATE users SET online = (id = 'john')`);
      await renewEpoch(transaction);
    });
    await here.presence.renew();
    await isOnline('jane', 'john');
    await fixture.unitOfWork.write(one =>
      one.query(
        sql`UPDATE nodes SET lease_until = 0 WHERE id IN (SELECT node_id FROM node_users WHERE user_id = 'john')`,
      ),
    );
    await here.presence.renew();
    await isOnline('jane');
  });

  it('enters again with all its users after a pause that was longer than the lease', async () => {
    here.presence.connected('jane');
    await isOnline('jane');
    await fixture.endLeases();
    await there.presence.renew();
    expect(await fixture.online()).toEqual([]);
    await here.presence.renew();
    expect(await fixture.online()).toEqual(['jane']);
    here.presence.disconnected('jane');
    await isOnline();
  });

  it('enters again with all its users at the first user who comes after such a pause', async () => {
    here.presence.connected('jane');
    await isOnline('jane');
    await fixture.endLeases();
    here.presence.connected('john');
    await isOnline('jane', 'john');
    await there.presence.renew();
    expect(await fixture.online()).toEqual(['jane', 'john']);
    expect(await fixture.count('nodes')).toBe(1);
  });

  it('keeps what a process renews, and takes a process without users off the list', async () => {
    here.presence.connected('jane');
    await isOnline('jane');
    const leaseOf = async () => {
      const [row] = await fixture.unitOfWork.read(one => one.query(sql`SELECT lease_until FROM nodes`));
      return Number(row?.lease_until);
    };
    await fixture.unitOfWork.write(one => one.query(sql`UPDATE nodes SET lease_until = lease_until - 10000`));
    const before = await leaseOf();
    await here.presence.renew();
    expect(await leaseOf()).toBeGreaterThan(before + 5000);
    await there.presence.renew();
    expect(await fixture.online()).toEqual(['jane']);
    here.presence.disconnected('jane');
    await isOnline();
    await here.presence.renew();
    expect(await fixture.count('nodes')).toBe(0);
  });

  it('takes every row away when a process ends as it should', async () => {
    here.presence.connected('jane');
    here.presence.connected('john');
    await isOnline('jane', 'john');
    there.presence.connected('john');
    await expect.poll(() => fixture.count('node_users'), WAIT).toBe(3);
    await here.presence.close();
    expect(await fixture.online()).toEqual(['john']);
    expect(await fixture.count('nodes')).toBe(1);
    here.presence.connected('jane');
    expect(await fixture.count('node_users')).toBe(1);
  });

  it('does not flicker when a user comes back at once', async () => {
    here.presence.connected('jane');
    await isOnline('jane');
    fixture.clock.now += 1000;
    here.presence.disconnected('jane');
    fixture.clock.now += 1000;
    here.presence.connected('jane');
    await expect.poll(async () => (await fixture.user('jane')).last_active, WAIT).toBe(fixture.clock.now);
    expect(await fixture.online()).toEqual(['jane']);
    expect(await fixture.changes()).toBe(1);
  });

  it('says when a user was last active: at its coming, at its going, and in between once a minute', async () => {
    const lastActive = async () => (await fixture.user('jane')).last_active;
    const cameAt = fixture.clock.now;
    here.presence.connected('jane');
    await isOnline('jane');
    fixture.clock.now += 59_000;
    await here.presence.renew();
    expect(await lastActive()).toBe(cameAt);
    fixture.clock.now += 1000;
    await here.presence.renew();
    expect(await lastActive()).toBe(cameAt + 60_000);
    fixture.clock.now += 5000;
    here.presence.disconnected('jane');
    await isOnline();
    expect(await lastActive()).toBe(cameAt + 65_000);
  });

  it('finds a user who came into being after its connection', async () => {
    here.presence.connected('late');
    here.presence.connected('jane');
    await isOnline('jane');
    await fixture.users.upsert(SERVER, [{ id: 'late' }]);
    here.presence.retry();
    await isOnline('jane', 'late');
  });

  it('finds such a user without being told, too', async () => {
    here.presence.connected('late');
    here.presence.connected('jane');
    await isOnline('jane');
    await fixture.users.upsert(SERVER, [{ id: 'late' }]);
    await isOnline('jane', 'late');
  });

  it('stays right under writes of the same users', async () => {
    const write = async (name: string) => {
      for (let round = 0; round < 10; round++) {
        await fixture.users.upsert(SERVER, [
          { id: 'john', name },
          { id: 'jane', name },
        ]);
      }
    };
    const moves = async () => {
      for (let round = 0; round < 10; round++) {
        for (const { presence } of [here, there]) {
          presence.connected('jane');
          presence.connected('john');
        }
        await Promise.all([here.presence.renew(), there.presence.renew()]);
        for (const { presence } of [here, there]) presence.disconnected('jane');
      }
    };
    await Promise.all([write('a'), write('b'), moves()]);
    await isOnline('john');
  });
});
