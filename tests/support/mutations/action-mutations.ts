import { type Mutation, switchedOff } from './mutation.js';

const TEST = 'packages/core/test/contract/actions.test.ts';
const LISTED =
  'keeps nothing of a user who is erased meanwhile: not in its lists, its filter, nor its action';
const MOVED =
  'leaves out who matches only since it was asked for, and skips who does not match any more at its turn';

/** What is done to all users that match a filter reaches those who were seen, and nothing of it is kept too long. */
export const ACTION_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: 'packages/core/src/actions/actions.ts', test: TEST }, [
    [
      'the number that a caller confirmed',
      'if (gathered && (!expected || sizeOf(gathered) === expected.count)) return;',
      'if (gathered) return;',
      'is refused with both numbers when another number of users matches than was seen, and changes nothing',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/actions/drop-erased.ts', test: TEST }, [
    [
      'the second look at who was erased meanwhile',
      'if (erased.length === 0) return [...lists];',
      'if (erased.length >= 0) return [...lists];',
      'stores nobody who was erased after the look for those who match',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/query/gather-users.ts', test: TEST }, [
    [
      'the filter that is asked again at the turn of a user',
      'compileFilter(filter, { json, viewpoint, indexes: new Map() }),',
      '',
      MOVED,
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/actions/act-handler.ts', test: TEST }, [
    [
      'the list that goes with the step that takes it',
      'if (isThrough) await removeTaskList(step.transaction, list);',
      '',
      'reaches every one of them and nobody else, with an event each, and counts them',
    ],
    [
      'the end of those who are begun when an action is cancelled',
      "withinUser: position.begun !== undefined && act.action.type !== 'export' && inner !== undefined,",
      'withinUser: false,',
      'goes on to the end of those whose deletion it has begun when it is cancelled',
    ],
    [
      'the most failures of an action that are kept',
      'const kept = failed.slice(0, Math.max(0, LIMITS.actionFailures - position.counts.failed));',
      'const kept = failed;',
      'tells each failure with its error, and counts those that it does not list',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/life-cycle/erase-users.ts', test: TEST }, [
    ['the erasure in the lists of tasks', 'await eraseFromTaskLists(transaction, names);', '', LISTED],
    [
      'the erasure in the filters and actions of tasks',
      'await eraseActInputs(transaction, { names, taskId });',
      '',
      LISTED,
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/tasks/end-task.ts', test: TEST }, [
    [
      'what an ended action forgets',
      'return forgetActInput(transaction, row);',
      'return row.input;',
      'keeps neither filter nor action nor list when it has ended',
    ],
    [
      'the lists that go with a cancelled action',
      'await removeTaskLists(transaction, row.id);',
      '',
      'ends between two lists when it is cancelled, and says what happened',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/tasks/act-input.ts', test: TEST }, [
    [
      'the exports of many among the files that go with a user',
      "OR (tasks.type = 'users.act' AND tasks.input -> 'action' ->> 'type' = 'export'))`;",
      'OR false)`;',
      'writes one file for all of them, which goes when one of them is erased',
    ],
  ]),
];
