import { type Mutation, switchedOff } from './mutation.js';

const KEYS = 'packages/core/src/idempotency';
const CONTRACT = 'packages/core/test/contract/idempotency.test.ts';
const CONTENT = 'packages/core/test/contract/idempotency-content.test.ts';
const PRODUCTS = 'packages/core/src/products';

/** What carries a call with a key out once, shows its answer to its caller alone, and keeps no secret and nobody who was erased. */
export const IDEMPOTENCY_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: `${KEYS}/idempotency-keys.ts`, test: CONTRACT }, [
    [
      'the key in the transaction of the change',
      'this.#unitOfWork.write(transaction => carryOut(transaction, { name, call }, work)),',
      `work().then(answer =>
        this.#unitOfWork.write(transaction => carryOut(transaction, { name, call }, async () => answer)),
      ),`,
      'stands or falls with its key: what fails after its change leaves neither',
    ],
    [
      'the look whether a call runs already',
      'if (this.#running.has(id)) throw stillRunning();',
      '',
      'is refused while it runs, and is answered when it has run',
    ],
    [
      'the second look at the key of a call that is refused',
      'const done = error instanceof CarriedOutBefore ? error : await before();',
      'const done = error instanceof CarriedOutBefore ? error : undefined;',
      'that has more to do is answered before it begins, and when it is refused because it was done',
    ],
  ]),
  ...switchedOff({ file: `${KEYS}/kept-answers.ts`, test: CONTRACT }, [
    [
      'the hash of what a key was given to',
      'if (row.fingerprint !== undefined && row.fingerprint !== fingerprint) {',
      "if (row.fingerprint === '' && fingerprint) {",
      'is refused with another input, and with another procedure, and changes nothing then',
    ],
    [
      'the most keys of a user',
      'if (Number(held?.count) < LIMITS.idempotencyKeys) return;',
      'if (held && LIMITS.idempotencyKeys) return;',
      'counts for a user, who has a thousand keys a day at most',
    ],
    [
      'the length of a kept answer',
      'const isLong = Buffer.byteLength(text) > LIMITS.idempotencyAnswerBytes;',
      'const isLong = LIMITS.idempotencyAnswerBytes < 0;',
      'whose answer is too long is carried out once all the same, and says so',
    ],
  ]),
  ...switchedOff({ file: `${KEYS}/hold-named.ts`, test: CONTRACT }, [
    [
      'the look for users who were erased before an answer is kept',
      "if (isErased || (await findTombstones(transaction, unknown)).size > 0) return 'erased';",
      "if (isErased && unknown.length < 0) return 'erased';",
      'keeps nothing of a user that was answered between the call that deletes it and its erasure',
    ],
  ]),
  ...switchedOff({ file: `${KEYS}/hold-named.ts`, test: CONTENT }, [
    [
      'the look for content that was erased before an answer is kept',
      "if (rows.length < ids.size) return 'erased';",
      '',
      'is not kept when the content in it has gone before it is',
    ],
  ]),
  ...switchedOff({ file: `${KEYS}/hold-named.ts`, test: CONTENT, engine: 'postgres' }, [
    [
      'the hold of content while an answer with it is kept',
      '{dialect.forShare}`,\n    );\n    if (rows.length',
      '{sql``}`,\n    );\n    if (rows.length',
      'is not kept by one process while another deletes what it holds',
    ],
  ]),
  ...switchedOff({ file: `${PRODUCTS}/chat/cascade-messages.ts`, test: CONTENT }, [
    [
      'the erasure of kept answers with messages that are removed',
      ")`);\n  await eraseKeptContent(transaction, 'message', ids);\n",
      ')`);\n',
      'goes with the message that a back end deletes for ever, and the call is not carried out again',
    ],
    [
      'the erasure of kept answers with messages that are pruned',
      "    await eraseKeptContent(transaction, 'message', ids);\n    return",
      '    return',
      'goes with messages and activities that it was answered with after the call whose mode is %s',
    ],
  ]),
  ...switchedOff({ file: `${PRODUCTS}/chat/change-message.ts`, test: CONTENT }, [
    [
      'the answer of a hard deletion, which says nothing of what it deleted',
      'const { text: _text, ...rest } = before;',
      'const rest = before;',
      'goes with the message that a back end deletes for ever, and the call is not carried out again',
    ],
  ]),
  ...switchedOff({ file: `${PRODUCTS}/chat/cascade-pairs.ts`, test: CONTENT }, [
    [
      'the erasure of kept answers with channels',
      "'channel',\n      pairs.map(({ cid }) => cid),",
      "'channel',\n      [],",
      'goes with the conversation of two that one of them takes along, also what the other one wrote',
    ],
  ]),
  ...switchedOff({ file: `${PRODUCTS}/video/cascade-calls.ts`, test: CONTENT }, [
    [
      'the erasure of kept answers with calls',
      "  await eraseKeptContent(transaction, 'call', cids);\n",
      '',
      'goes with the call of two that one of them takes along',
    ],
  ]),
  ...switchedOff({ file: `${PRODUCTS}/feeds/cascade-activities.ts`, test: CONTENT }, [
    [
      'the erasure of kept answers with activities',
      'if (step.erases) {',
      'if (step.erases && changed.length < 0) {',
      'goes with messages and activities that it was answered with after the call whose mode is %s',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/exports/export-file.ts', test: CONTENT }, [
    [
      'the erasure of kept answers that link to an export',
      "  await eraseKeptContent(transaction, 'task', taskIds);\n",
      '',
      'goes with the file of an export that it links to',
    ],
  ]),
  ...switchedOff({ file: `${KEYS}/keyed-call.ts`, test: CONTRACT }, [
    [
      'the caller in the name of a key',
      "const caller = userId === undefined ? 'server' : ",
      "const caller = 'anybody' || ",
      'has nothing to do with the same key of another caller',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/life-cycle/erase-users.ts', test: CONTRACT }, [
    [
      'the erasure of kept answers with their users',
      '  await eraseKeptAnswers(transaction, userIds);\n',
      '',
      'keeps nothing of a user that was answered between the call that deletes it and its erasure',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/life-cycle/delete-users.ts', test: CONTRACT }, [
    [
      'the erasure of kept answers with content',
      "if (Object.values(modes).some(mode => mode === 'pruning' || mode === 'hard')) {",
      'if (Object.values(modes).length === 0) {',
      'keeps nothing of content that is going to be erased, from the moment of the call that says so',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/database/try-out.ts', test: CONTRACT }, [
    [
      'the part of a transaction that is only tried out',
      'return inTransaction ? transaction.part(run) : run();',
      'void inTransaction;\n      return run();',
      'that only tries something out writes nothing',
    ],
  ]),
  ...switchedOff(
    {
      file: 'packages/core/src/database/sqlite-unit-of-work.ts',
      test: 'packages/core/test/contract/unit-of-work.test.ts',
    },
    [
      [
        'the refusals whose message repeats the words of a fault',
        "const failure = isRefusal(error) ? 'refused' : classifyStorageError(error);",
        'const failure = isRefusal(undefined) || classifyStorageError(error);',
        'takes a refusal for a refusal, whatever its message repeats',
      ],
    ],
  ),
  ...switchedOff(
    { file: 'packages/router/src/keyed-call.ts', test: 'apps/server/test/idempotency.test.ts' },
    [
      [
        'the calls that take no key',
        "if (typeof takesKey === 'object') {",
        "if (typeof takesKey === 'object' && calls < 0) {",
        'is refused by %s, which could not keep to it',
      ],
      [
        'the one call that a key belongs to',
        'if (calls > 1) {',
        'if (calls < 0) {',
        'belongs to one call: a batch of several is refused, and changes nothing',
      ],
    ],
  ),
];
