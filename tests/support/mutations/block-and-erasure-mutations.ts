import { type Mutation, switchedOff } from './mutation.js';

const MEMBERS = 'packages/core/src/products/chat/change-members.ts';
const CALL = 'packages/core/src/products/video/change-call.ts';
const RENAME = 'packages/core/src/events/rename-user-in-event.ts';
const REACH = 'packages/core/test/contract/blocks-reach.test.ts';
const AIMED = 'packages/core/test/contract/erasure-aimed.test.ts';
const CALLS = 'keeps both from calls: making one, joining the 1:1 call from before, and adding the other';
const ALONE = 'keeps both from writing where they are alone, however that came about';
const THIRD = 'is not got round by a third member';

/** Blocks at every door, and erasures that cannot be stopped or aimed. */
export const BLOCK_AND_ERASURE_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: 'packages/core/src/products/chat/create-channel.ts', test: REACH }, [
    [
      'the block between the maker of a channel and a member',
      'await requireReach(transaction, request, {',
      'await requireReach(transaction, { viewer: request.viewer }, {',
      'keeps both from a channel with the other, with an id or without, alone or among others',
    ],
  ]),
  ...switchedOff({ file: MEMBERS, test: REACH }, [
    [
      'the block between the owner of a channel and whom it adds',
      "const by = { viewer, ...(viewer.kind === 'user' && { userId: viewer.userId }) };",
      'const by = { viewer };',
      'keeps both from adding the other to a channel',
    ],
    [
      'the block that a third member of a channel does not get round',
      "await refuseBlockedAlone(transaction, { ...channel, userId: viewer.userId }, 'cid');",
      '',
      THIRD,
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/products/chat/send-message.ts', test: REACH }, [
    [
      'the block in a channel of two',
      "await refuseBlockedAlone(transaction, { cid, userId }, 'cid');",
      '',
      ALONE,
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/products/chat/change-message.ts', test: REACH }, [
    [
      'the block for a message that is changed',
      "await refuseBlockedAlone(transaction, { cid: before.cid, userId: viewer.userId }, 'id');",
      '',
      ALONE,
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/products/chat/reactions.ts', test: REACH }, [
    [
      'the block for a reaction',
      "await refuseBlockedAlone(transaction, { cid: message.cid, userId }, 'message_id');",
      '',
      ALONE,
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/products/video/create-call.ts', test: REACH }, [
    [
      'the block between the maker of a call and a member',
      'const by = { viewer, userId: input.user_id };',
      'const by = { viewer };',
      CALLS,
    ],
  ]),
  ...switchedOff({ file: CALL, test: REACH }, [
    [
      'the block between a member of a call and whom it adds',
      "const by = { viewer, ...(viewer.kind === 'user' && { userId: viewer.userId }) };",
      'const by = { viewer };',
      CALLS,
    ],
    [
      'the block in the 1:1 call from before',
      'await refuseBlockedCall(transaction, call, userId);',
      '',
      CALLS,
    ],
    [
      'the block that a third member of a call does not get round',
      "if (viewer.kind === 'user') await refuseBlockedCall(transaction, call, viewer.userId);",
      '',
      THIRD,
    ],
  ]),
  ...switchedOff({ file: RENAME, test: AIMED }, [
    [
      'the places in which an erasure replaces an id',
      'if (!rule) return renamedEverywhere(data, ids) as JsonObject;',
      'if (!rule || data) return renamedEverywhere(data, ids) as JsonObject;',
      'changes nothing in the events of others but the places that hold its id: %s',
    ],
    [
      'the names of fields that an erasure leaves alone',
      'Object.entries(value).map(([name, inner]) => [name, renamedEverywhere(inner, [from, to])]),',
      'Object.entries(value).map(([name, inner]) => [name === from ? to : name, renamedEverywhere(inner, [from, to])]),',
      'keeps every name of a field where the type is unknown, and loses the id',
    ],
    [
      'the list that names a user once',
      'return value.includes(from) && value.includes(to) ? [...new Set(items)] : items;',
      'return items;',
      'names each user once, also when both names of a user were in a list',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/events/erase-in-log.ts', test: AIMED }, [
    [
      'the merge of what names a user twice',
      ' ON CONFLICT (user_id, seq) DO NOTHING',
      '',
      'ends although somebody from before has the id of its tombstone and is named beside it',
    ],
  ]),
  ...switchedOff({ file: 'packages/protocol/src/users/system-ids.ts', test: AIMED }, [
    [
      'the ids that the system keeps for itself',
      'return TOMBSTONE.test(id) || LEFT_OWNER.test(id);',
      "return id === '';",
      'is not prepared by taking an id of the system: %s',
    ],
  ]),
];
