import { describeOnEveryEngine } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PresenceFixture, type PresenceNode } from '../support/presence/presence-fixture.js';
import { SERVER } from '../support/test-directory.js';

const WAIT = { timeout: 10_000, interval: 20 };

describeOnEveryEngine('who follows presence', engine => {
  let fixture: PresenceFixture;
  let here: PresenceNode;
  let there: PresenceNode;

  beforeEach(async () => {
    fixture = await PresenceFixture.open(engine, ['jane', 'john']);
    here = await fixture.addNode();
    there = await fixture.addNode();
  });
  afterEach(() => fixture.close());

  it('hears of everybody first, also of who does not exist, and then of who comes and goes, here and elsewhere', async () => {
    here.presence.connected('jane');
    await expect.poll(() => fixture.online(), WAIT).toEqual(['jane']);
    const first = [
      ['jane', true],
      ['john', false],
      ['nobody', undefined],
    ];
    const heardHere = here.listen('jane', 'john', 'nobody');
    const heardThere = there.listen('jane', 'john', 'nobody');
    await expect.poll(() => heardHere, WAIT).toEqual(first);
    await expect.poll(() => heardThere, WAIT).toEqual(first);
    here.presence.connected('john');
    await expect.poll(() => heardHere, WAIT).toEqual([...first, ['john', true]]);
    await expect.poll(() => heardThere, WAIT).toEqual([...first, ['john', true]]);
    here.presence.disconnected('john');
    await expect.poll(() => heardThere, WAIT).toEqual([...first, ['john', true], ['john', false]]);
  });

  it('is served by the reading that serves others who begin with the same users', async () => {
    const ids = Array.from({ length: 1200 }, (_, index) => `user-${index}`);
    const heard = Array.from({ length: 5 }, () => here.listen(...ids));
    for (const one of heard) await expect.poll(() => one.length, WAIT).toBe(1200);
    expect(heard.map(one => one.map(([id]) => id))).toEqual(Array.from({ length: 5 }, () => ids));
    expect(here.usersRead()).toBe(1200);
  });

  it('hears of nobody else', async () => {
    const heard = here.listen('jane');
    await expect.poll(() => heard, WAIT).toEqual([['jane', false]]);
    there.presence.connected('john');
    await expect.poll(() => fixture.online(), WAIT).toEqual(['john']);
    there.presence.connected('jane');
    await expect.poll(() => heard.length, WAIT).toBe(2);
    expect(heard[1]).toEqual(['jane', true]);
  });

  it('hears of those whom a dead process held', async () => {
    there.presence.connected('jane');
    await expect.poll(() => fixture.online(), WAIT).toEqual(['jane']);
    const heard = here.listen('jane');
    await expect.poll(() => heard, WAIT).toEqual([['jane', true]]);
    await fixture.endLeases();
    await here.presence.renew();
    await expect.poll(() => heard.at(-1), WAIT).toEqual(['jane', false]);
  });

  it('hears of users who become invisible or change teams, and of no other change', async () => {
    const heard = here.listen('jane');
    await expect.poll(() => heard.length, WAIT).toBe(1);
    await fixture.users.upsert(SERVER, [{ id: 'jane', name: 'Jane' }]);
    await fixture.users.upsert(SERVER, [{ id: 'jane', name: 'Jane', teams: ['red'] }]);
    await expect.poll(() => heard.length, WAIT).toBe(2);
    await fixture.users.upsert(SERVER, [{ id: 'jane', name: 'Jane', teams: ['red'], invisible: true }]);
    await expect.poll(() => heard.length, WAIT).toBe(3);
  });

  it('hears of users who are deactivated, and activated again', async () => {
    const heard = here.listen('jane');
    await expect.poll(() => heard.length, WAIT).toBe(1);
    await fixture.users.deactivate(SERVER, 'jane');
    await expect.poll(() => heard.length, WAIT).toBe(2);
    await fixture.users.reactivate(SERVER, { id: 'jane' });
    await expect.poll(() => heard.length, WAIT).toBe(3);
  });

  it('does not know yet of a user who is gone, and that is known from the moment at which others hear of it', async () => {
    const heard = here.listen('jane');
    await expect.poll(() => heard.length, WAIT).toBe(1);
    const stop = new AbortController();
    const { epoch, seq } = await here.events.position();
    const waiting = here.events.waitBeyond({ epoch, seq }, stop.signal);
    await expect.poll(() => here.events.remembers({ epoch, seq }), WAIT).toBe(true);
    const goOn = here.holdReads();
    await fixture.users.deactivate(SERVER, 'jane');
    await expect.poll(() => here.events.recent({ epoch, seq: seq + 1 })?.type, WAIT).toBe('user.deactivated');
    expect(here.isGone('jane')).toBe(true);
    expect(here.isGone('john')).toBe(false);
    expect(heard).toHaveLength(1);
    goOn();
    await expect.poll(() => here.isGone('jane'), WAIT).toBe(false);
    expect(heard.length).toBeGreaterThan(1);
    stop.abort();
    await waiting;
  });

  it('hears of all users again when the feed does not reach back', async () => {
    const heard = here.listen('jane', 'john');
    await expect.poll(() => heard.length, WAIT).toBe(2);
    await fixture.unitOfWork.write(one =>
      one.query(sql`UPDATE presence_stream SET last_seq = last_seq + 5, pruned_seq = last_seq + 5`),
    );
    await expect.poll(() => heard.length, WAIT).toBe(4);
  });

  it('costs the feed nothing in the long run: what is old leaves it', async () => {
    here.presence.connected('jane');
    await expect.poll(() => fixture.count('presence_changes'), WAIT).toBe(1);
    await here.presence.renew();
    expect(await fixture.count('presence_changes')).toBe(1);
    await fixture.unitOfWork.write(one => one.query(sql`UPDATE presence_changes SET changed_at = 0`));
    await here.presence.renew();
    expect(await fixture.count('presence_changes')).toBe(0);
    const heard = there.listen('jane');
    await expect.poll(() => heard, WAIT).toEqual([['jane', true]]);
  });
});
