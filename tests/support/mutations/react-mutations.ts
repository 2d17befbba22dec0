import { type Mutation, switchedOff } from './mutation.js';

const STORE = 'packages/react/src/store';
const QUERY = 'packages/react/src/query';
const BROWSER = 'tests/browser/react.test.ts';
const UNKIND = 'tests/browser/react-unkind.test.ts';

/** Each starts two browsers and a server. */
const HANGS_MS = 60_000;

/** What the React bindings rest on. */
export const REACT_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: `${STORE}/session.ts`, test: BROWSER, hangsMs: HANGS_MS }, [
    [
      'the moment for which a session outlives its last holder',
      'if (!holders) leaving = setTimeout(giveBack);',
      'if (!holders) giveBack();',
      'a provider that is mounted anew in the same moment, as when its file is edited, keeps its connection',
    ],
    [
      'the leave that is called off by the next holder',
      'clearTimeout(leaving);',
      '',
      'what StrictMode mounts twice has one connection, and it stays',
    ],
    [
      'the end of a connection with its provider',
      'if (isOfUser(client) && !session.failure) client.disconnectUser();',
      '',
      'a provider that goes while it connects leaves no socket',
    ],
    [
      'what every entry is told of a refused connection',
      "else if (status === 'disconnected' && !waitsFor",
      "else if (status === 'connecting' && !waitsFor",
      'when the server ends the session every status says so',
    ],
  ]),
  ...switchedOff({ file: `${STORE}/entry.ts`, test: BROWSER, hangsMs: HANGS_MS }, [
    [
      'the end of what nobody has come to read',
      'stop();\n      // Another one',
      '// Another one',
      'what a render that is thrown away has asked for ends by itself',
    ],
    [
      'the time for which an entry is kept without readers',
      'const KEPT_MS = 30_000;',
      'const KEPT_MS = 0;',
      'a render that waits for something else finds what it has read',
    ],
    [
      'the snapshot that stays the same',
      'if (sameParts(snapshot, next)) return;',
      '',
      'a component is rendered when what it shows has changed, and not otherwise',
    ],
  ]),
  ...switchedOff({ file: `${STORE}/users-entry.ts`, test: BROWSER, hangsMs: HANGS_MS }, [
    [
      'the key of a list that does not depend on how it is written',
      "canonicalKey('users', filter, sort, options)",
      "canonicalKey('users', Math.random())",
      'a filter that is written anew with every render is asked once',
    ],
    [
      'what is heard while a list is read',
      'if (heard) return heard.push(event);',
      '',
      'who comes and who leaves while a list is read is neither missed nor counted twice',
    ],
    [
      'a list that begins afresh',
      'client.watchEvents({ filter, signal })',
      "client.watchEvents({ filter, signal, lastEventId: 'a.1' })",
      'what is mounted again begins with what is now, and sends no position from before',
    ],
  ]),
  ...switchedOff({ file: `${STORE}/user-table.ts`, test: BROWSER, hangsMs: HANGS_MS }, [
    [
      'the one object of a user who stays as it was',
      'get: id => rows.get(id)?.user,',
      'get: id => rows.get(id)?.user && ({ ...rows.get(id)!.user! }),',
      'a change of one of a thousand users renders one row',
    ],
  ]),
  ...switchedOff({ file: 'packages/react/src/use-entry.ts', test: BROWSER, hangsMs: HANGS_MS }, [
    [
      'the result of a selector that stays the same',
      'if (!sameParts(last.result, result)) last.result = result;',
      'last.result = result;',
      'every field of a user is followed, and a selector is rendered for its part only',
    ],
  ]),
  ...switchedOff(
    { file: 'packages/react/src/suspense/settled-result.ts', test: BROWSER, hangsMs: HANGS_MS },
    [
      [
        'the connection that a render asks for that waits',
        'const leave = session.hold();',
        'const leave = () => undefined;',
        'a provider within what waits connects all the same',
      ],
    ],
  ),
  ...switchedOff({ file: 'packages/react/src/use-latest.ts', test: BROWSER, hangsMs: HANGS_MS }, [
    [
      'the handler of the last render',
      'latest.current = value;',
      '',
      'every event reaches the handler once, in order, and it is always the latest handler',
    ],
  ]),
  ...switchedOff({ file: 'packages/react/src/use-action.ts', test: BROWSER, hangsMs: HANGS_MS }, [
    [
      'actions that are those of one user',
      'last.of === session.life ? last : IDLE',
      'last',
      'the answer to a question of an earlier user is shown to nobody',
    ],
  ]),
  ...switchedOff(
    { file: 'packages/react/src/rollcall-context.ts', test: 'packages/react/src/two-copies.test.tsx' },
    [
      [
        'the context that all copies of the bindings share',
        'known = page[name];',
        'known = undefined;',
        'a second copy of the package finds the provider of the first, and says so once',
      ],
    ],
  ),
  ...switchedOff({ file: `${STORE}/session.ts`, test: UNKIND, hangsMs: HANGS_MS }, [
    [
      'the token that was renewed before the old one was refused',
      'each(entry => entry.start());\n    renew();',
      'each(entry => entry.start());',
      'a token that was renewed before the old one was refused is taken when it is',
    ],
    [
      'what hooks are told when the client is connected as somebody else',
      'if (entries.size) set(',
      'if (!session) set(',
      'a second provider that connects the client as somebody else is told of in the first',
    ],
    [
      'the connection that goes back to the provider that still wants it',
      'for (const other of sessions.byKey.values()) other.resume();',
      '',
      'a second provider that connects the client as somebody else is told of in the first',
    ],
    [
      'the new life of a session that is left',
      'session.life = {};',
      '',
      'an action that is under way when a refused connection comes back ends, and one of an earlier user is gone',
    ],
    [
      'the presence of oneself',
      'users.row(me.id).presence = { id: me.id, online: true };',
      '',
      'one is online to oneself',
    ],
    [
      'the users who are forgotten with what has read them',
      'room = ROOM;\n      changed();',
      '',
      'ten thousand users who were read and are read no more leave nothing behind',
    ],
  ]),
  ...switchedOff({ file: `${STORE}/watches.ts`, test: UNKIND, hangsMs: HANGS_MS }, [
    [
      'the frame for which users stay watched whom nobody reads',
      'const ids = [...freed].filter(id => !counts.has(id) && id !== watcher.ownId);',
      'const ids = [...freed];',
      'presence that is read again at once goes on being followed',
    ],
  ]),
  ...switchedOff({ file: `${STORE}/users-entry.ts`, test: UNKIND, hangsMs: HANGS_MS }, [
    [
      'the revision at which a row was judged',
      'else if (revision < (rows.get(id) ?? 0)) return;\n      else users.put(user);',
      'else if (!users.put(user)) return;',
      'who has left is marked, also when something newer of it was heard of elsewhere first',
    ],
  ]),
  ...switchedOff({ file: 'packages/react/src/use-entry.ts', test: UNKIND, hangsMs: HANGS_MS }, [
    [
      'the part that is taken once out of each state',
      'if (!select || (last.whole === whole && last.select === select)) return',
      'if (!select) return',
      'a part that is made anew with every look is rendered when it changes, and not for ever',
    ],
    [
      'the part that stays the same',
      'samePart(last.result?.data, part) ? last.result?.data : part',
      'part',
      'a part that is made anew with every look is rendered when it changes, and not for ever',
    ],
  ]),
  ...switchedOff({ file: 'packages/react/src/suspense/settled-result.ts', test: UNKIND, hangsMs: HANGS_MS }, [
    [
      'the end of a wait that nobody waits for',
      "status === 'error' ? 0 : UNTAKEN_MS",
      'UNTAKEN_MS',
      'what waited for an earlier user keeps no connection',
    ],
  ]),
  ...switchedOff({ file: `${STORE}/entry.ts`, test: `${STORE}/entry.test.ts` }, [
    [
      'the entry that is forgotten, and not the one in its place',
      'host.entries.get(key) === (entry as Entry) && host.forget(key)',
      'host.forget(key)',
      'an entry that was forgotten with an earlier user does not take the one in its place with it',
    ],
  ]),
  ...switchedOff({ file: `${STORE}/once-per-frame.ts`, test: `${STORE}/once-per-frame.test.ts` }, [
    ['the frame that changes wait for', 'if (asked) return;', '', 'runs once, however often it is asked for'],
  ]),
  ...switchedOff({ file: `${QUERY}/query-bridge.ts`, test: `${QUERY}/query-bridge.test.ts` }, [
    [
      'the moment at which a question begins',
      'if (STARTS.has(action.type)) began.set(query, now);',
      '',
      'is what an answer says that was asked for after it was heard',
    ],
    [
      'what a question that is taken back has lost',
      "action.type === 'setState' ||",
      '',
      'that is taken back leaves what has changed meanwhile',
    ],
    [
      'the queries that are read afresh when events were missed',
      'written = now;\n        readAgain();',
      'written = now;',
      'everything is read afresh, and what was being read is read once more',
    ],
    [
      'the question that is asked once more',
      'else if (underWay) again.add(query);',
      '',
      'everything is read afresh, and what was being read is read once more',
    ],
    [
      'the end of a log that there is no more',
      'heard.clear();',
      '',
      'nothing that was heard before is held against what is read, for the log may be another one',
    ],
    [
      'what is written before it is too much to remember',
      'if (news.size >= REMEMBERED) flush();',
      'if (news.size >= REMEMBERED) news.clear();',
      'that is long in coming, as in a page that nobody sees, loses nothing',
    ],
  ]),
  ...switchedOff({ file: `${QUERY}/query-bridge.ts`, test: `${QUERY}/keep-queries-live.test.ts` }, [
    [
      'the frame that writes to the caches wait for',
      'flushSoon();',
      'flush();',
      'patches users by id in lists, pages and infinite queries, once a frame',
    ],
  ]),
];
