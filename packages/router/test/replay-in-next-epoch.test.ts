import { openDirectory } from '@rollcall/core';
import { formatPosition } from '@rollcall/protocol';
import { describeOnPostgres, openSql } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { resolveCaller } from '../src/caller.js';
import { replayed } from './support/listener.js';

const ACTOR = { type: 'server' } as const;
const SECRET = 'jane-secret@example.org';

describeOnPostgres('what a user token hears again when a standby has taken over', engine => {
  it('is as much, in the next epoch, and judged by what users are now, as ever', async () => {
    const databaseUrl = await engine.freshUrl();
    const directory = await openDirectory({ databaseUrl });
    const sql = await openSql(databaseUrl);
    try {
      const start = await directory.events.position();
      await directory.users.upsert(ACTOR, [{ id: 'me' }, { id: 'jane', custom: { email: SECRET } }]);
      await directory.users.partialUpdate(ACTOR, [{ id: 'jane', unset: ['email'] }], {
        fields: 'server',
        authorise: () => undefined,
      });
      const { seq } = await directory.events.position();
      await sql.query('INSERT INTO past_epochs SELECT epoch, last_seq FROM event_stream');
      await sql.query("UPDATE event_stream SET epoch = 'next'");

      const me = await resolveCaller(directory, { kind: 'user', userId: 'me' });
      const events = await replayed(directory, me, {
        lastEventId: formatPosition(start),
        user_ids: ['jane'],
      });
      expect(events.map(({ id }) => id)).toEqual(
        Array.from({ length: seq - start.seq }, (_, index) => `next.${start.seq + index + 1}`),
      );
      expect(JSON.stringify(events)).toContain('jane');
      expect(JSON.stringify(events)).not.toContain(SECRET);
    } finally {
      await sql.close();
      await directory.close();
    }
  });
});
