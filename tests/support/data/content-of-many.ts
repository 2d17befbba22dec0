import { createRequire } from 'node:module';

/** What is used of the driver, which comes without types. */
interface Database {
  pragma(text: string): void;
  prepare(text: string): { run(...values: unknown[]): void };
  transaction(run: () => void): () => void;
  close(): void;
}

const open = createRequire(import.meta.url)('better-sqlite3') as (file: string) => Database;

/** How much each user of {@link fillWithContent} has. */
export interface ContentOfOne {
  messages: number;
  /** Channels of which the user is the owner, each with the next user as the other member: half of them 1:1. */
  channels: number;
  /** Calls that the user made, each with the next user: half of them 1:1. */
  calls: number;
  activities: number;
  /** Characters that every message has beside its text; default none. */
  padding?: number;
}

/**
 * Fills the file of a server that is not running with users who have content, all of it by the hundred thousand: through
 * the procedures it would take minutes. Another prefix of ids lets a file be filled twice. Texts are
 * `secret-<user>-<number>`, so that they can be looked for.
 */
export function fillWithContent(file: string, ids: readonly string[], each: ContentOfOne, prefix = ''): void {
  const database = open(file);
  // As the server writes: what a page loses when it is divided is overwritten.
  database.pragma('secure_delete = ON');
  const at = Date.parse('2026-01-01T00:00:00Z');
  const insert = (table: string, columns: string) =>
    database.prepare(
      `INSERT INTO ${table} (${columns}) VALUES (${columns
        .split(',')
        .map(() => '?')
        .join(',')})`,
    );
  const channel = insert('channels', 'cid,type,id,owner_id,pair,custom,created_at,updated_at');
  const member = insert('channel_members', 'cid,user_id,created_at');
  const message = insert(
    'messages',
    'id,cid,user_id,text,attachments,custom,shadowed,pruned,created_at,updated_at',
  );
  const reaction = insert('reactions', 'message_id,user_id,type,created_at');
  const call = insert('calls', 'cid,type,id,created_by_id,people,custom,created_at,updated_at');
  const callMember = insert('call_members', 'cid,user_id,created_at,deleted');
  const activity = insert('activities', 'id,actor_id,verb,object,custom,pruned,created_at');

  const padding = ' '.repeat(each.padding ?? 0);

  database.transaction(() => {
    for (const [index, id] of ids.entries()) {
      const place = `${prefix}${index}`;
      const other = ids[(index + 1) % ids.length] as string;
      for (let number = 0; number < each.channels; number++) {
        const name = `c${place}-${number}`;
        const pair = number % 2 ? [id, other].sort().join(' ') : null;
        channel.run(`chat:${name}`, 'chat', name, id, pair, '{}', at, at);
        for (const user of new Set([id, other])) member.run(`chat:${name}`, user, at);
      }
      for (let number = 0; number < each.messages; number++) {
        const key = `m${place}-${number}`;
        const cid = `chat:c${place}-${number % each.channels}`;
        message.run(
          key,
          cid,
          id,
          `secret-${id}-${number}${padding}`,
          '[]',
          '{}',
          0,
          0,
          at + number,
          at + number,
        );
        if (number % 10 === 0) reaction.run(key, other, 'like', at);
      }
      for (let number = 0; number < each.calls; number++) {
        const name = `v${place}-${number}`;
        call.run(`video:${name}`, 'video', name, id, number % 2 ? 2 : 3, '{}', at, at);
        for (const user of new Set([id, other])) callMember.run(`video:${name}`, user, at, 0);
      }
      for (let number = 0; number < each.activities; number++) {
        const custom = JSON.stringify({ note: `secret-${id}-activity-${number}` });
        activity.run(
          `a${place}-${number}`,
          id,
          'post',
          `secret-${id}-object-${number}`,
          custom,
          0,
          at + number,
        );
      }
    }
  })();
  database.close();
}
