import type { KnownContent, ProgramWorld } from './program-world.js';
import { FRIENDS } from './program-world.js';
import { answerOf, type StepInput } from './step.js';

const TEXTS = ['hello', 'größer', '「茶」', "it's 100% \\ fine", '', '🍵'];

/** Those of a list whose owner can still call. */
function alive(world: ProgramWorld, list: readonly KnownContent[]): KnownContent[] {
  const active = new Set(world.ids('active', true));
  return list.filter(({ owner }) => active.has(owner) && !world.users.get(owner)?.banned);
}

/** Runs with one of what is there, if anything is. */
function withOne(
  list: readonly KnownContent[],
  world: ProgramWorld,
  run: (content: KnownContent) => void,
): void {
  const found = alive(world, list);
  if (found.length > 0) run(world.dice.pick(found));
}

/** A member of something, who acts itself or in whose name a back end does. */
function inNameOf(world: ProgramWorld, userId: string): { as: string; acting: { user_id?: string } } {
  return world.dice.chance(0.6) ? { as: userId, acting: {} } : { as: 'server', acting: { user_id: userId } };
}

function memberOf(world: ProgramWorld, { owner, members }: KnownContent): string {
  const active = new Set(world.ids('active', true));
  return world.dice.pick([owner, ...members].filter(id => active.has(id)));
}

function othersThan(world: ProgramWorld, owner: string, most: number): string[] {
  const others = world.ids('active', true).filter(id => id !== owner);
  return world.dice.some(others, most);
}

/** The first page of a query, and then the second. */
function inPages(
  world: ProgramWorld,
  path: string,
  query: { as: string; input: { [name: string]: StepInput } },
): void {
  const first = world.at;
  world.write({ as: query.as, path, input: query.input });
  if (query.input.limit === undefined) return;
  world.next.push(() =>
    world.write({ as: query.as, path, input: { ...query.input, next: answerOf(first, 'next') } }),
  );
}

/** The calls of chat, video and feeds. Each writes one step, or none when it has no object. */
export const CONTENT_STEPS: Record<string, (world: ProgramWorld) => void> = {
  createChannel(world) {
    const owner = world.actor();
    const { as, acting } = inNameOf(world, owner);
    const id = world.dice.chance(0.8) ? world.fresh('room') : undefined;
    const members = othersThan(world, owner, 4);
    const cid = id === undefined ? answerOf(world.at, 'channel', 'cid') : `room:${id}`;
    world.channels.push({ id: cid, owner, members });
    const custom = world.dice.chance(0.3) ? { custom: { about: { b: 1, a: [2] } } } : {};
    // Two alone are made a group by an id.
    const input = { type: 'room', ...(id !== undefined && { id }), members, ...custom, ...acting };
    world.write({ as, path: 'chat.createChannel', input });
  },

  createPair(world) {
    const owner = world.actor();
    const { as, acting } = inNameOf(world, owner);
    const members = othersThan(world, owner, 1);
    world.channels.push({ id: answerOf(world.at, 'channel', 'cid'), owner, members, pair: true });
    world.write({ as, path: 'chat.createChannel', input: { type: 'dm', members, ...acting } });
  },

  getChannel: world =>
    withOne(world.channels, world, channel => {
      const { as, acting } = inNameOf(world, memberOf(world, channel));
      world.write({ as, path: 'chat.getChannel', input: { cid: channel.id, ...acting } });
    }),

  queryChannels(world) {
    const { as, acting } = inNameOf(world, world.actor());
    const which = world.dice.pick([{}, { type: 'dm' }, { type: 'room' }, { owner_id: FRIENDS[0] }]);
    const limit = world.dice.chance(0.5) ? { limit: 2 } : {};
    inPages(world, 'chat.queryChannels', { as, input: { ...which, ...acting, ...limit } });
  },

  addMembers: world =>
    withOne(
      world.channels.filter(({ pair }) => !pair),
      world,
      channel => {
        const { as, acting } = inNameOf(world, channel.owner);
        const members = othersThan(world, channel.owner, 2);
        channel.members.push(...members.filter(id => !channel.members.includes(id)));
        world.write({ as, path: 'chat.addMembers', input: { cid: channel.id, members, ...acting } });
      },
    ),

  removeMembers: world =>
    withOne(
      world.channels.filter(({ pair, members }) => !pair && members.length > 1),
      world,
      channel => {
        const { as, acting } = inNameOf(world, channel.owner);
        const members = channel.members.splice(0, 1);
        world.write({ as, path: 'chat.removeMembers', input: { cid: channel.id, members, ...acting } });
      },
    ),

  sendMessage: world =>
    withOne(world.channels, world, channel => {
      const author = memberOf(world, channel);
      const { as, acting } = inNameOf(world, author);
      const id = world.dice.chance(0.7) ? world.fresh('m') : undefined;
      const parents = world.messages.filter(({ within }) => within === channel.id);
      const parent = parents.length > 0 &&
        world.dice.chance(0.3) && { parent_id: world.dice.pick(parents).id };
      const message = { id: id ?? answerOf(world.at, 'message', 'id'), within: channel.id };
      world.messages.push({ ...message, owner: author, members: [channel.owner, ...channel.members] });
      const input = {
        cid: channel.id,
        ...(id !== undefined && { id }),
        ...parent,
        text: world.dice.pick(TEXTS),
        ...(world.dice.chance(0.2) && { attachments: [{ type: 'image', url: 'https://example.com/a.png' }] }),
        ...(world.dice.chance(0.2) && { custom: { z: 1, a: { c: null } } }),
        ...acting,
      };
      world.write({ as, path: 'chat.sendMessage', input });
    }),

  updateMessage: world =>
    withOne(world.messages, world, ({ id, owner }) => {
      const { as, acting } = inNameOf(world, owner);
      world.write({ as, path: 'chat.updateMessage', input: { id, text: world.fresh('now'), ...acting } });
    }),

  deleteMessage: world =>
    withOne(world.messages, world, message => {
      world.messages.splice(world.messages.indexOf(message), 1);
      const hard = world.dice.chance(0.4) && { hard: true };
      const { as, acting } = hard ? { as: 'server', acting: {} } : inNameOf(world, message.owner);
      world.write({ as, path: 'chat.deleteMessage', input: { id: message.id, ...hard, ...acting } });
    }),

  getMessage: world =>
    withOne(world.messages, world, message => {
      const { as, acting } = inNameOf(world, memberOf(world, message));
      world.write({ as, path: 'chat.getMessage', input: { id: message.id, ...acting } });
    }),

  queryMessages: world =>
    withOne(world.channels, world, channel => {
      const server = world.dice.chance(0.5);
      const as = server ? 'server' : memberOf(world, channel);
      const limit = world.dice.chance(0.6) ? { limit: 2 } : {};
      const deleted = server && world.dice.chance(0.5) && { include_deleted: true };
      inPages(world, 'chat.queryMessages', { as, input: { cid: channel.id, ...limit, ...deleted } });
    }),

  addReaction: world =>
    withOne(world.messages, world, message => {
      const { as, acting } = inNameOf(world, memberOf(world, message));
      const input = { message_id: message.id, type: world.dice.pick(['like', 'love']), ...acting };
      world.write({ as, path: 'chat.addReaction', input });
      if (world.dice.chance(0.8))
        world.next.push(() => world.write({ as, path: 'chat.removeReaction', input }));
    }),

  flagMessage: world =>
    withOne(world.messages, world, message => {
      const { as, acting } = inNameOf(world, memberOf(world, message));
      const input = { message_id: message.id, ...acting };
      world.write({ as, path: 'chat.flagMessage', input: { ...input, reason: 'rude' } });
      if (world.dice.chance(0.8))
        world.next.push(() => world.write({ as, path: 'chat.unflagMessage', input }));
    }),

  queryFlags(world) {
    const limit = world.dice.chance(0.5) ? { limit: 1 } : {};
    inPages(world, 'chat.queryFlags', { as: 'server', input: limit });
  },

  createCall(world) {
    const owner = world.actor();
    const { as, acting } = inNameOf(world, owner);
    const id = world.dice.chance(0.8) ? world.fresh('call') : undefined;
    const members = othersThan(world, owner, 2);
    const cid = id === undefined ? answerOf(world.at, 'call', 'cid') : `audio:${id}`;
    world.calls.push({ id: cid, owner, members });
    const input = {
      type: 'audio',
      ...(id !== undefined && { id }),
      members,
      custom: { topic: 'tea' },
      ...acting,
    };
    world.write({ as, path: 'video.createCall', input });
  },

  takePart: world =>
    withOne(world.calls, world, call => {
      const { as, acting } = inNameOf(world, memberOf(world, call));
      const input = { cid: call.id, ...acting };
      world.write({ as, path: 'video.joinCall', input });
      if (world.dice.chance(0.8)) world.next.push(() => world.write({ as, path: 'video.leaveCall', input }));
    }),

  endCall: world =>
    withOne(world.calls, world, call => {
      world.calls.splice(world.calls.indexOf(call), 1);
      world.write({ as: call.owner, path: 'video.endCall', input: { cid: call.id } });
    }),

  getCall: world =>
    withOne(world.calls, world, call => {
      world.write({ as: memberOf(world, call), path: 'video.getCall', input: { cid: call.id } });
    }),

  addCallMembers: world =>
    withOne(world.calls, world, call => {
      const members = othersThan(world, call.owner, 2);
      call.members.push(...members.filter(id => !call.members.includes(id)));
      world.write({ as: call.owner, path: 'video.addCallMembers', input: { cid: call.id, members } });
    }),

  queryCalls(world) {
    const as = world.dice.chance(0.5) ? 'server' : world.actor();
    const which = world.dice.pick([{}, { ended: false }, { ended: true }, { type: 'audio' }]);
    inPages(world, 'video.queryCalls', { as, input: { ...which, limit: 2 } });
  },

  addActivity(world) {
    const owner = world.actor();
    const { as, acting } = inNameOf(world, owner);
    const id = world.dice.chance(0.7) ? world.fresh('act') : undefined;
    world.activities.push({ id: id ?? answerOf(world.at, 'activity', 'id'), owner, members: [] });
    const verb = world.dice.pick(['like', 'share']);
    const input = {
      ...(id !== undefined && { id }),
      verb,
      object: 'post:1',
      custom: { b: 1, a: 2 },
      ...acting,
    };
    world.write({ as, path: 'feeds.addActivity', input });
  },

  removeActivity: world =>
    withOne(world.activities, world, activity => {
      world.activities.splice(world.activities.indexOf(activity), 1);
      world.write({ as: activity.owner, path: 'feeds.removeActivity', input: { id: activity.id } });
    }),

  queryActivities(world) {
    const which = world.dice.pick([{}, { verb: 'like' }, { actor_id: FRIENDS[1] }]);
    inPages(world, 'feeds.queryActivities', { as: world.actor(), input: { ...which, limit: 2 } });
  },
};
