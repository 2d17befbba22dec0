import { type Mutation, switchedOff } from './mutation.js';

const MEMBERS = 'packages/core/src/products/chat/change-members.ts';
const CALL = 'packages/core/src/products/video/change-call.ts';
const RENAME = 'packages/core/src/events/rename-user-in-event.ts';
const REACH = 'packages/core/test/contract/blocks-reach.test.ts';
const AIMED = 'packages/core/test/contract/erasure-aimed.test.ts';
const CALLS = 'keeps both from calls: making one, joining the 1:1 call from before, and adding the other';
const ALONE = 'keeps both from writing where they are alone, however that came about';
const THIRD = 'is not got round by a third member';

const TOGETHER = 'packages/core/test/contract/life-cycle-together.test.ts';

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
  ...switchedOff({ file: 'packages/core/src/events/erase-in-log.ts', test: TOGETHER }, [
    [
      'the entries that name several users who are erased together',
      'for (const ids of names) data',
      'for (const ids of [...names].slice(0, 1)) data',
      'leave nothing, though they name each other everywhere, in more entries of the log than one step takes',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/life-cycle/erase-turn.ts', test: TOGETHER }, [
    [
      'the later deletion that takes one over from those who are erased together',
      'if (!row || cascade?.task_id !== step.task.id) {',
      'if (!row || !cascade) {',
      'do not wait for one of them whom a later deletion has taken over',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/life-cycle/life-cycle-handlers.ts', test: TOGETHER }, [
    [
      'the one mode of those who are erased together',
      '(mode === modeOf(first) && ready.length < MOST_READY)',
      'ready.length < MOST_READY',
      'are erased in one mode each: who keeps its id keeps it beside others who do not',
    ],
    [
      'the end of a cancelled deletion after whom it has begun',
      'if (work.step.task.cancel_requested) break;',
      '',
      'are all ended, and one who was begun, when the task is cancelled, and no further user is begun',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/life-cycle/life-cycle-position.ts', test: TOGETHER }, [
    [
      'the position of a task that an earlier release began',
      'if (ready === undefined && rest.forgottenTo !== undefined)',
      "if (ready === undefined && typeof rest.forgottenTo === 'string')",
      'go on from where a task of an earlier release stood, one user at a time',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/life-cycle/new-owner.ts', test: TOGETHER }, [
    [
      'the system user who goes too and inherits nothing',
      'while (known?.deleted_at !== undefined) {',
      "while (known?.id === '') {",
      'inherit nothing of each other: a system user who goes too is not the new owner',
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
