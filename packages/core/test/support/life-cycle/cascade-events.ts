import { expect } from 'vitest';
import type { ModelledDeletion } from './content-after.js';
import type { StoredRow } from './stored-data.js';

/** An event as it is stored, position and time aside, and whom it mentions. */
export interface StoredEvent {
  row: StoredRow;
  mentions: readonly string[];
}

/**
 * The events of a deletion of jane, in order: one for each channel and call that other people share with her, and one for
 * all of her messages (docs/contract/events.md), between those of the user and of the task.
 */
export function cascadeEvents(deletion: ModelledDeletion, details: Record<string, unknown>): StoredEvent[] {
  const { world, modes, name, heir } = deletion;
  const events: StoredEvent[] = [];
  const add = (type: string, row: StoredRow, mentions: readonly string[] = []) =>
    events.push({ row: { type, actor_type: 'server', ...row }, mentions });
  const { bob } = world;
  const both = [name, bob].sort();
  const shared = expect.toSatisfy(
    (ids: string[]) => JSON.stringify([...ids].sort()) === JSON.stringify(both),
  );
  const user = expect.objectContaining({ id: name });
  const asked = {
    user: modes.user,
    ...(modes.messages && { messages: modes.messages }),
    ...(modes.conversations && { conversations: modes.conversations }),
    ...(modes.calls && { calls: modes.calls }),
  };
  add('user.deleted', { user_id: name, data: expect.objectContaining({ user, modes: asked }) });
  add('task.created', {
    data: { task: expect.objectContaining({ type: 'users.delete', status: 'pending' }) },
  });
  if (modes.conversations) {
    const channel = reference(world.channels.pair);
    add('channel.deleted', { data: { channel, mode: modes.conversations, user_ids: shared } }, both);
  }
  if (heir !== undefined) {
    if (heir !== world.heir) {
      const made = expect.objectContaining({ user: expect.objectContaining({ id: heir }) });
      add('user.created', { actor_type: 'system', user_id: heir, data: made });
    }
    const channel = { ...reference(world.channels.group), owner_id: heir };
    add('channel.updated', { data: { channel, user_ids: [heir] } }, [heir]);
  }
  if (modes.calls) {
    const anyOfThem = expect.toSatisfy((call: { cid: string }) => world.calls.pairs.includes(call.cid));
    for (const _ of world.calls.pairs) {
      add('call.deleted', { data: { call: anyOfThem, mode: modes.calls, user_ids: shared } }, both);
    }
  }
  if (modes.messages) {
    const data = expect.objectContaining({ user, mode: modes.messages, counts: details });
    add('user.messages.deleted', { user_id: name, data });
  }
  const ended = { status: 'completed', progress: { done: 1, total: 1, failed: 0 } };
  add('task.completed', { data: { task: expect.objectContaining(ended) } });
  return events;
}

function reference(cid: string) {
  const [type, id] = cid.split(':');
  return { cid, type, id };
}
