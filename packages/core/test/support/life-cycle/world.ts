import type { Actor } from '@rollcall/protocol';
import { addActivitySchema, createCallSchema } from '@rollcall/protocol/schemas';
import { SERVER, type TestDirectory } from '../test-directory.js';

/** The parts of the directory that make a world. */
export type WorldMaker = Pick<
  TestDirectory,
  'users' | 'lifeCycle' | 'exports' | 'chat' | 'video' | 'feeds' | 'ended'
>;

/** Some users and everything between them. Every id begins with the prefix of the world. */
export interface World {
  /** The user that the tests delete. It has content in each product, and the log names it as actor and as target. */
  jane: string;
  bob: string;
  carl: string;
  /** A user who can be the new owner. */
  heir: string;
  /** A text that is part of all of jane's own texts and values, and of nothing else. */
  secret: string;
  /** The channels: one of jane's, the 1:1 channel of jane and bob, one of bob's. */
  channels: { group: string; pair: string; theirs: string };
  /** 1:1 calls of jane and bob, and group calls of the three. */
  calls: { pairs: string[]; groups: string[] };
  /** Exports that have ended: one holds jane, the other has nothing to do with her. */
  exports: { ofJane: string; ofHeir: string };
}

/** Makes a world through the directory. Tasks must be running. */
export async function makeWorld(directory: WorldMaker, prefix: string): Promise<World> {
  const [jane, bob, carl, heir] = ['jane', 'bob', 'carl', 'heir'].map(name => `${prefix}-${name}`) as [
    string,
    string,
    string,
    string,
  ];
  const secret = `zq${prefix}qz`;
  await makePeople(directory, { jane, bob, carl, heir, secret });

  const { chat } = directory;
  const cidOf = async (page: ReturnType<typeof chat.createChannel>) =>
    (await page).channels[0]?.row.cid ?? '';
  const open = (type: string, userId: string, more: { id?: string; members: string[] }) =>
    cidOf(
      chat.createChannel({ viewer: { kind: 'user', userId }, type, userId, custom: { kept: true }, ...more }),
    );
  const channels = {
    group: await open('team', jane, { id: `${prefix}-group`, members: [bob, carl] }),
    pair: await open('messaging', jane, { members: [bob] }),
    theirs: await open('team', bob, { id: `${prefix}-theirs`, members: [jane] }),
  };
  for (const [name, cid] of Object.entries(channels)) {
    await talk(directory, { cid, id: `${prefix}-${name}`, jane, bob, secret });
  }
  await chat.addReaction({ userId: carl, message_id: `${prefix}-group-first`, type: 'wow' });

  const call = async (id: string, user_id: string, members: string[]) => {
    const viewer = { kind: 'user', userId: user_id } as const;
    const input = { ...createCallSchema.parse({ type: 'audio', id: `${prefix}-${id}`, members }), user_id };
    await directory.video.createCall(viewer, input);
    await directory.video.joinCall({ cid: `audio:${prefix}-${id}`, user_id: jane });
    return `audio:${prefix}-${id}`;
  };
  const calls = {
    pairs: [await call('call-1', jane, [bob]), await call('call-2', bob, [jane])],
    groups: [await call('call-3', jane, [bob, carl]), await call('call-4', bob, [jane, carl])],
  };

  const { feeds } = directory;
  for (const [id, user_id, text] of [
    ['act-1', jane, secret],
    ['act-2', jane, secret],
    ['act-3', bob, 'of bob'],
  ] as const) {
    const activity = { id: `${prefix}-${id}`, verb: 'like', object: `post:${text}`, custom: { about: text } };
    await feeds.addActivity({ ...addActivitySchema.parse(activity), user_id });
  }
  await feeds.removeActivity({ kind: 'user', userId: jane }, `${prefix}-act-2`);

  const exports = {
    ofJane: await directory.exports.exportUsers(SERVER, [jane, bob]),
    ofHeir: await directory.exports.exportUsers(SERVER, [heir]),
  };
  for (const task of Object.values(exports)) await directory.ended(task);
  return { jane, bob, carl, heir, secret, channels, calls, exports };
}

async function makePeople(
  directory: WorldMaker,
  { jane, bob, carl, heir, secret }: Pick<World, 'jane' | 'bob' | 'carl' | 'heir' | 'secret'>,
): Promise<void> {
  const { users, lifeCycle } = directory;
  const filled = {
    id: jane,
    name: `Jane ${secret}`,
    image: `https://example.com/${secret}.png`,
    teams: [secret],
    teams_role: { [secret]: 'user' },
    custom: { book: secret },
    privacy_settings: { typing_indicators: { enabled: false } },
  };
  await users.upsert(SERVER, [filled, ...[bob, carl, heir].map(id => ({ id, name: `Name of ${id}` }))]);
  const asJane: Actor = { type: 'user', id: jane };
  await users.connect({ userId: jane }, { id: jane, custom: { film: secret } });
  const rights = { fields: 'server', authorise: () => undefined } as const;
  await users.partialUpdate(asJane, [{ id: bob, set: { custom: { met: true } } }], rights);
  await directory.ended(await lifeCycle.deactivateUsers(SERVER, [carl, jane], false));
  await directory.ended(await lifeCycle.reactivateUsers(asJane, [jane, carl], false));
}

/** Messages, answers, reactions and flags of both, in both directions. One of jane's messages is deleted by itself. */
async function talk(
  { chat }: WorldMaker,
  { cid, id, jane, bob, secret }: { cid: string; id: string; jane: string; bob: string; secret: string },
): Promise<void> {
  const ofJane = {
    userId: jane,
    cid,
    text: secret,
    attachments: [{ file: secret }],
    custom: { mood: secret },
  };
  await chat.sendMessage({ ...ofJane, id: `${id}-first` });
  await chat.sendMessage({
    userId: bob,
    cid,
    id: `${id}-answer`,
    text: 'an answer',
    parent_id: `${id}-first`,
  });
  await chat.sendMessage({ ...ofJane, id: `${id}-singly` });
  await chat.sendMessage({ userId: bob, cid, id: `${id}-other`, text: 'of bob' });
  await chat.sendMessage({ ...ofJane, id: `${id}-second`, parent_id: `${id}-other` });
  for (const [userId, message, type] of [
    [bob, 'first', 'like'],
    [jane, 'first', secret],
    [bob, 'singly', 'like'],
    [jane, 'other', secret],
    [bob, 'other', 'like'],
  ] as const) {
    await chat.addReaction({ userId, message_id: `${id}-${message}`, type });
  }
  await chat.flagMessage({ userId: bob, message_id: `${id}-first`, reason: 'rude' });
  await chat.flagMessage({ userId: jane, message_id: `${id}-other`, reason: secret });
  await chat.deleteMessage({ kind: 'user', userId: jane }, { id: `${id}-singly` });
}
