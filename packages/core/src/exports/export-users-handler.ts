import type { JsonObject, UserOutcome } from '@rollcall/protocol';
import type { Transaction } from '../database/unit-of-work.js';
import type { StepContext, StepOutcome, TaskHandler } from '../tasks/task-handler.js';
import { findUsers, userNotFound } from '../users/find-users.js';
import { toUser } from '../users/model/to-user.js';
import { findTombstones, userDeleted } from '../users/tombstones.js';
import { putChunk } from './export-file.js';
import type { ExportSource } from './export-sources.js';

/** The records of one page, and about the length of a chunk. A step holds this much in memory. */
const PAGE = 250;
const CHUNK_LENGTH = 128 * 1024;

/** How far the export of the first user that waits got, and the file as a whole. */
type Position = {
  /** The names of the sources that are through; absent before the user itself is written. */
  through?: string[];
  /** How far the next source got, in a form of its own. */
  after?: string;
  records: number;
  chunks: number;
  bytes: number;
};

/**
 * Handles `exportUsers`: writes an NDJSON file, one record a line, each with its `user_id` and its `kind`. The record of
 * the user itself comes first. A step writes one chunk, however much or little a user has.
 */
export function exportUsersHandler(sources: readonly ExportSource[]): TaskHandler<JsonObject, Position> {
  return {
    type: 'users.export',
    async step(step): Promise<StepOutcome<Position>> {
      const { transaction, task } = step;
      const users = new Map<string, UserOutcome>();
      let position = step.position ?? { records: 0, chunks: 0, bytes: 0 };
      let text = '';
      const ids = await step.waiting(task.total);
      for (const id of ids) {
        while (text.length < CHUNK_LENGTH && !users.has(id)) {
          const page = await nextPage(step, sources, { userId: id, position });
          if ('outcome' in page) {
            users.set(id, page.outcome);
            position = { records: 0, chunks: position.chunks, bytes: position.bytes };
          } else {
            for (const record of page.records) text += `${JSON.stringify({ user_id: id, ...record })}\n`;
            position = page.position;
          }
        }
        if (text.length >= CHUNK_LENGTH) break;
      }
      if (text !== '') {
        await putChunk(transaction, { taskId: task.id, number: position.chunks, content: text });
        position = {
          ...position,
          chunks: position.chunks + 1,
          bytes: position.bytes + Buffer.byteLength(text),
        };
      }
      const finished = users.size === ids.length;
      return { position, users, finished, ...(finished && { output: { bytes: position.bytes } }) };
    },
  };
}

type Page = { records: readonly object[]; position: Position } | { outcome: UserOutcome };

/** The next records of a user; the outcome when there are no more, or when the user does not exist any more. */
async function nextPage(
  { transaction }: StepContext<JsonObject, Position>,
  sources: readonly ExportSource[],
  { userId, position }: { userId: string; position: Position },
): Promise<Page> {
  const { through, after, ...file } = position;
  if (!through) {
    const row = (await findUsers(transaction, [userId])).get(userId);
    if (!row) return { outcome: await goneOutcome(transaction, userId) };
    const user = { kind: 'user', ...toUser(row, transaction.now) };
    return { records: [user], position: { ...file, through: [], records: 1 } };
  }
  const source = sources.find(({ name }) => !through.includes(name));
  if (!source) return { outcome: { status: 'done', details: { records: position.records } } };
  const page = await source.export(transaction, {
    userId,
    ...(after !== undefined && { after }),
    limit: PAGE,
  });
  const records = position.records + page.records.length;
  const next =
    page.next === undefined ? { through: [...through, source.name] } : { through, after: page.next };
  return { records: page.records, position: { ...file, ...next, records } };
}

async function goneOutcome(transaction: Transaction, id: string): Promise<UserOutcome> {
  const erased = (await findTombstones(transaction, [id])).size > 0;
  const { code, message } = erased ? userDeleted(id) : userNotFound(id);
  return { status: 'failed', error: { code, message } };
}
