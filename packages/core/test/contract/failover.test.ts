import type { Position } from '@rollcall/protocol';
import { type PostgresPair, startPostgresPair } from '@rollcall/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDatabaseUrl } from '../../src/database/database-address.js';
import { type Database, openDatabase } from '../../src/database/open-database.js';
import { openDirectory } from '../../src/directory.js';
import { EventLog } from '../../src/events/event-log.js';
import { writeLog } from '../../src/events/stored-log.js';
import { refusal } from '../support/test-directory.js';

/** Calls fail while nobody is the primary, and for as long as the pool finds that out. */
const BACK_WITHIN_MS = 10_000;

describe.skipIf(process.env.ROLLCALL_TEST_ENGINES?.split(',').includes('postgres') === false)(
  'the log when a standby has taken over',
  () => {
    let pair: PostgresPair;
    let database: Database;
    const logs: EventLog[] = [];

    beforeEach(async () => {
      pair = await startPostgresPair({ synchronous: false });
      database = await openDatabase(parseDatabaseUrl(pair.url), {}, writeLog);
    });

    afterEach(async () => {
      for (const log of logs.splice(0)) await log.close();
      await database.close();
      await pair.stop();
    });

    /** The log as a process sees it that has just started. */
    function openLog(): EventLog {
      const log = new EventLog(database.unitOfWork, () => undefined);
      logs.push(log);
      return log;
    }

    const write = (count: number, name: string) =>
      database.unitOfWork.write(async transaction => {
        for (let entry = 0; entry < count; entry++) {
          transaction.log({ type: 'user.updated', actor_type: 'system', data: { name } });
        }
      });
    /** What a log tells a reader from a position on. */
    async function read(log: EventLog, position: Position) {
      const page = await log.pageAfter(position);
      if ('resyncAt' in page) return { resyncAt: page.resyncAt };
      return {
        epochs: [...new Set([...page.events.map(event => event.position.epoch), page.upTo.epoch])],
        events: page.events.map(event => `${event.seq} ${(event.full as unknown as { name: string }).name}`),
      };
    }
    async function takeOver(): Promise<void> {
      await pair.killPrimary();
      await pair.promote();
      await expect
        .poll(() => write(0, 'nothing').then(() => openLog().position()), { timeout: BACK_WITHIN_MS })
        .toBeTruthy();
    }

    it('leads on from every position that the standby had, and tells all others to read afresh', async () => {
      await write(5, 'before');
      const start = await openLog().position();
      await expect.poll(() => receivedUpTo(pair)).toBe(start.seq);
      await pair.stopReceiving();
      await write(3, 'lost');
      const lost = await openLog().position();
      expect(lost).toEqual({ epoch: start.epoch, seq: 8 });
      await takeOver();
      // The standby hands out the positions of what is lost, and more.
      await write(6, 'after');
      const end = await openLog().position();
      expect(end.seq).toBe(11);
      expect(end.epoch).not.toBe(start.epoch);

      const log = openLog();
      expect(await read(log, { ...start, seq: 3 })).toEqual({
        epochs: [end.epoch],
        events: ['4 before', '5 before', ...[6, 7, 8, 9, 10, 11].map(seq => `${seq} after`)],
      });
      expect(await read(log, start)).toMatchObject({ events: expect.arrayContaining(['6 after']) });
      for (const seq of [6, 7, 8, 11]) {
        expect(await read(log, { ...start, seq })).toEqual({ resyncAt: end });
      }
    });

    it('leads on from the last position when nothing was lost', async () => {
      await write(5, 'before');
      const start = await openLog().position();
      await expect.poll(() => receivedUpTo(pair)).toBe(start.seq);
      await takeOver();
      const log = openLog();
      const end = await log.position();
      expect(end.epoch).not.toBe(start.epoch);
      expect(await log.pageAfter(start)).toEqual({ events: [], upTo: end });
      await write(1, 'after');
      expect(await read(log, start)).toEqual({ epochs: [end.epoch], events: ['6 after'] });
    });

    it('tells a reader that has followed all the time to read afresh, once, when it had heard what is lost', async () => {
      await write(5, 'before');
      const log = openLog();
      const start = await log.position();
      await expect.poll(() => receivedUpTo(pair)).toBe(start.seq);
      await pair.stopReceiving();
      const signal = new AbortController().signal;
      const next = async (position: Position) => {
        for (;;) {
          const page = await log.pageAfter(position).catch(() => undefined);
          if (page && ('resyncAt' in page || page.events.length > 0)) return page;
          await log.waitBeyond(position, signal);
        }
      };
      const following = next(start);
      await write(3, 'lost');
      const heard = await following;
      if ('resyncAt' in heard) throw new Error('nothing was lost yet');
      const waiting = next(heard.upTo);
      await takeOver();
      await write(6, 'after');
      const told = await waiting;
      if (!('resyncAt' in told)) throw new Error('entries of another history were served');
      expect(told.resyncAt.epoch).not.toBe(start.epoch);
      expect(told.resyncAt.seq).toBeLessThanOrEqual(11);
      await write(1, 'later');
      const then = await next(told.resyncAt);
      expect('events' in then && then.events[0]?.seq).toBe(told.resyncAt.seq + 1);
    });

    it('is never read or written on a standby', async () => {
      const error = await refusal(openDirectory({ databaseUrl: pair.standbyUrl }));
      expect(error).toMatchObject({ code: 'UNAVAILABLE' });
      expect(error.message).toContain('is a standby');
    });

    it('is found wherever the primary stands in the list', async () => {
      const [primary, standby] = [pair.primaryUrl, pair.standbyUrl].map(url => new URL(url).host);
      const directory = await openDirectory({
        databaseUrl: `postgres://postgres:postgres@127.0.0.1:1,${standby},${primary}/postgres?target_session_attrs=read-write`,
      });
      try {
        expect(await directory.events.position()).toMatchObject({ seq: 0 });
      } finally {
        await directory.close();
      }
    });
  },
);

/** How far the log goes on the standby. */
async function receivedUpTo(pair: PostgresPair): Promise<number> {
  const [row] = await pair.queryStandby<{ last: number }>('SELECT last_seq::int AS last FROM event_stream');
  return row?.last ?? 0;
}
