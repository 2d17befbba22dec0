/** A call of a procedure with a server token, with an input that is good where nothing else is said. */
export type ProgramCall = readonly [procedure: string, input?: Record<string, unknown>];

const CID = 'room:tea';
const CALL = 'audio:c1';

/** Each server makes the ids of its webhooks itself, so one call cannot mean the same webhook on several. */
const NO_WEBHOOK = '0'.repeat(36);

/** Calls of every query and mutation, in an order in which they do something. */
export const PROGRAM: readonly ProgramCall[] = [
  ['settings.update', { event_retention_days: 31, max_custom_bytes: 6000 }],
  ['settings.get'],
  ['roles.create', { name: 'editor' }],
  ['roles.create', { name: 'editor' }],
  ['roles.list'],
  [
    'users.upsert',
    {
      users: [
        { id: 'ann', role: 'admin', name: 'Ann', teams: ['red'] },
        { id: 'bob', name: 'Bob', book: 'dune' },
        { id: 'cara', language: 'de' },
        { id: 'dora' },
      ],
    },
  ],
  ['users.upsert', { users: [{ id: 'ann', role: 'admin', name: 'Ann B', if_revision: 1 }] }],
  ['users.upsert', { users: [{ id: 'ann', name: 'Ann C', if_revision: 1 }] }],
  ['users.upsert', { users: [{ id: 'emil', created_at: 5 }], as_is: true, dry_run: true }],
  ['users.partialUpdate', { users: [{ id: 'bob', set: { 'shelf.colour': 'red' }, unset: ['book'] }] }],
  ['users.partialUpdate', { users: [{ id: 'bob', set: { created_at: 1 } }, { id: 'nobody' }] }],
  [
    'users.query',
    { filter: { role: 'admin' }, sort: [{ field: 'name', direction: 1 }], options: { limit: 2 } },
  ],
  ['users.query', { filter: { name: { $where: 1 } } }],
  ['users.query', { options: { limit: 1, created_at_after: 1 } }],
  ['users.count', { filter: {}, options: { up_to: 2 } }],
  ['users.connect', { user: { id: 'ann' } }],
  ['users.connectGuest', { user: { id: 'guest-1', name: 'G' } }],
  ['moderation.ban', { id: 'bob', reason: 'rude', timeout: 60, banned_by_id: 'ann' }],
  ['moderation.queryBanned', { limit: 3 }],
  ['moderation.unban', { id: 'bob' }],
  ['moderation.shadowBan', { id: 'bob', timeout: 5 }],
  ['moderation.removeShadowBan', { id: 'bob' }],
  ['blocks.block', { id: 'bob', user_id: 'cara' }],
  ['blocks.list', { user_id: 'cara', limit: 2 }],
  ['blocks.unblock', { id: 'bob', user_id: 'cara' }],
  ['devices.add', { id: 'phone/1', push_provider: 'apn', user_id: 'cara' }],
  ['devices.list', { user_id: 'cara' }],
  ['devices.remove', { id: 'phone/1', user_id: 'cara' }],
  ['tokens.revoke', { ids: ['cara'], before: null }],
  ['chat.createChannel', { type: 'room', id: 'tea', members: ['ann', 'bob'], user_id: 'ann' }],
  ['chat.getChannel', { cid: CID }],
  ['chat.queryChannels', { member: 'bob', limit: 2 }],
  ['chat.addMembers', { cid: CID, members: ['cara'] }],
  ['chat.sendMessage', { cid: CID, id: 'm1', text: 'tea?', user_id: 'ann' }],
  ['chat.updateMessage', { id: 'm1', text: 'tea!', user_id: 'ann' }],
  ['chat.getMessage', { id: 'm1' }],
  ['chat.queryMessages', { cid: CID, limit: 2 }],
  ['chat.addReaction', { message_id: 'm1', type: 'like', user_id: 'bob' }],
  ['chat.removeReaction', { message_id: 'm1', type: 'like', user_id: 'bob' }],
  ['chat.flagMessage', { message_id: 'm1', reason: 'rude', user_id: 'bob' }],
  ['chat.queryFlags', { limit: 2 }],
  ['chat.unflagMessage', { message_id: 'm1', user_id: 'bob' }],
  ['chat.removeMembers', { cid: CID, members: ['cara'] }],
  ['chat.deleteMessage', { id: 'm1', hard: false }],
  ['video.createCall', { type: 'audio', id: 'c1', members: ['bob'], user_id: 'ann' }],
  ['video.getCall', { cid: CALL }],
  ['video.joinCall', { cid: CALL, user_id: 'bob' }],
  ['video.leaveCall', { cid: CALL, user_id: 'bob' }],
  ['video.addCallMembers', { cid: CALL, members: ['cara'] }],
  ['video.queryCalls', { member: 'cara', ended: false, limit: 2 }],
  ['video.endCall', { cid: CALL }],
  ['feeds.addActivity', { id: 'a1', verb: 'like', object: 'post:1', user_id: 'ann' }],
  ['feeds.queryActivities', { actor_id: 'ann', limit: 2 }],
  ['feeds.removeActivity', { id: 'a1' }],
  ['users.deactivate', { id: 'dora', created_by_id: 'ann' }],
  ['users.reactivate', { id: 'dora', name: 'Dora' }],
  ['users.deactivateMany', { ids: ['dora'] }],
  ['users.reactivateMany', { ids: ['dora'] }],
  ['users.previewDelete', { ids: ['dora'], user: 'soft' }],
  ['users.deleteMany', { ids: ['dora'], user: 'soft', messages: 'soft' }],
  ['users.restoreMany', { ids: ['dora'] }],
  ['users.deleteMany', { ids: ['dora'], user: 'hard' }],
  ['users.exportOne', { id: 'bob' }],
  ['users.exportMany', { ids: ['bob'] }],
  ['users.history', { user_id: 'bob', limit: 5, by: true }],
  ['tasks.list', { type: 'users.delete', limit: 3 }],
  ['tasks.get', { task_id: '0'.repeat(36) }],
  ['tasks.cancel', { task_id: '0'.repeat(36) }],
  ['users.previewAct', { filter: { id: 'bob' }, action: { type: 'ban', reason: 'rude' } }],
  [
    'users.act',
    {
      filter: { id: 'bob' },
      action: { type: 'ban', reason: 'rude' },
      options: { expected: { count: 1, more: false } },
    },
  ],
  ['roles.delete', { name: 'editor' }],
  ['webhooks.create', { url: 'https://hooks.example/a', types: ['task.cancelled'], description: 'the shop' }],
  ['webhooks.list'],
  ['webhooks.get', { id: NO_WEBHOOK }],
  ['webhooks.update', { id: NO_WEBHOOK, rate_limit: 5, types: null, if_revision: 1 }],
  ['webhooks.disable', { id: NO_WEBHOOK }],
  ['webhooks.enable', { id: NO_WEBHOOK }],
  ['webhooks.test', { id: NO_WEBHOOK }],
  ['webhooks.rotateSecret', { id: NO_WEBHOOK }],
  ['webhooks.replay', { id: NO_WEBHOOK, from: 'abcd.1' }],
  ['webhooks.listDeliveries', { id: NO_WEBHOOK, status: 'failed', event_type: 'user.created', limit: 2 }],
  ['webhooks.retryDelivery', { delivery_id: `msg_${'a'.repeat(22)}` }],
  ['webhooks.delete', { id: NO_WEBHOOK }],
  ['overview.get'],
];

/** What nobody means, in the place of what was good. */
const WRONG: readonly unknown[] = [null, 0, -1, '', '!', 'x'.repeat(300), true, {}, [], ['!'], { $gt: {} }];

/** The call with each of its fields left out, and with something else in the place of each; at the top, and one level below. */
export function mistakesIn([procedure, input]: ProgramCall): ProgramCall[] {
  // These would change what every later call means: who may call, and who is there at all.
  if (!input || ['tokens.revoke', 'users.act'].includes(procedure)) return [];
  const at = (change: (copy: Record<string, unknown>, name: string) => void) =>
    Object.keys(input).map((name): ProgramCall => {
      const copy = structuredClone(input);
      change(copy, name);
      return [procedure, copy];
    });
  const without = at((copy, name) => {
    delete copy[name];
  });
  const wrong = WRONG.flatMap(value =>
    at((copy, name) => {
      copy[name] = value;
    }),
  );
  return [...without, ...wrong, [procedure, { ...input, nonsense: 1 }]];
}
