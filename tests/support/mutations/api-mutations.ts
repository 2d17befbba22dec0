import { type Mutation, switchedOff } from './mutation.js';

const API = 'apps/server/src/http/api';
const HTTP_API = 'apps/server/test/http-api.test.ts';
const BODIES = 'apps/server/test/http-api-bodies.test.ts';
const OFFERS = 'apps/server/test/offered-protocols.test.ts';
const STREAMS = 'apps/server/test/http-api-streams.test.ts';

/** What keeps the HTTP API another form of the same calls, and a stranger's request from meaning something else. */
export const API_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: `${API}/match-route.ts`, test: `${API}/match-route.test.ts` }, [
    [
      'the ids that are steps to another path',
      "return ['', '.', '..'].includes(text) ? undefined : text;",
      'return text;',
      'never take a step to another path for an id, however it is written',
    ],
  ]),
  ...switchedOff({ file: `${API}/read-query.ts`, test: `${API}/read-query.test.ts` }, [
    [
      'the refusal of a parameter that a call does not take',
      'if (!Object.hasOwn(kinds, name)) throw unknownParameter(name, Object.keys(kinds));',
      '',
      'is refused with the first parameter that the call does not take',
    ],
    [
      'the refusal of a parameter that stands twice',
      "if (before && kinds[name] !== 'texts') throw wrong(name, 'stands twice; it takes one value');",
      '',
      'is refused where a parameter stands twice, unless it is a list',
    ],
  ]),
  ...switchedOff({ file: `${API}/etags.ts`, test: `${API}/decode-input.test.ts` }, [
    [
      'the refusal of a condition that a call cannot keep',
      'if (!route.ifMatch) {',
      'if (!route) {',
      'has the revision of If-Match, in the one form in which a read gives it',
    ],
  ]),
  ...switchedOff({ file: `${API}/etags.ts`, test: BODIES }, [
    [
      'the condition that there is nothing yet',
      'if (ifNoneMatch === undefined || route.method',
      'if (ifNoneMatch === ifNoneMatch || route.method',
      '* creates a user, and replaces none',
    ],
  ]),
  ...switchedOff({ file: `${API}/decode-input.ts`, test: BODIES }, [
    [
      'the refusal of a replacing call whose body got lost',
      'if (!replacesWhole(route)) return undefined;',
      'if (route) return undefined;',
      'that replaces a user needs a body',
    ],
  ]),
  ...switchedOff({ file: `${API}/shape-answer.ts`, test: BODIES }, [
    [
      'the answer without an ETag where nothing was written',
      'const etag = route.etag && !isTrial &&',
      'const etag = route.etag && (!isTrial || isTrial) &&',
      'that tries whether it could write says no revision to come back with',
    ],
  ]),
  ...switchedOff({ file: 'apps/server/src/http/read-body.ts', test: BODIES }, [
    [
      'the refusal of text that is no UTF-8',
      'if (isUtf8(bytes)) return',
      'if (isUtf8(bytes) || bytes) return',
      '%s is refused, and no other text is stored',
    ],
  ]),
  ...switchedOff({ file: 'apps/server/src/http/held-json.ts', test: BODIES }, [
    [
      'the refusal of numbers that are not held',
      'if (!unheld) return value;',
      'if (unheld !== null) return value;',
      'with the number %s, which is not held, is refused: another one would be stored',
    ],
  ]),
  ...switchedOff({ file: 'apps/server/src/live/socket-handler.ts', test: OFFERS }, [
    [
      'the way back to HTTP of a call that offers another protocol',
      'if (!asksForWebSocket(request)) return',
      'if (!asksForWebSocket(request) && !request) return',
      'has its body, in one piece with the headers or later',
    ],
  ]),
  ...switchedOff({ file: `${API}/handle-api.ts`, test: HTTP_API }, [
    [
      'the look at what is said to a procedure without an input',
      'if (!isDecoded) input();',
      'void isDecoded;',
      'of %s has the status and the code that say so',
    ],
    [
      'the status of a condition that is not met',
      'return isConflict && isConditional ? 412 : undefined;',
      'void isConflict, isConditional;\n  return undefined;',
      'keeps to If-Match, and says with 412 that somebody was faster',
    ],
  ]),
  ...switchedOff({ file: `${API}/handle-api.ts`, test: STREAMS }, [
    [
      'the live connection of a stream over the HTTP API',
      'const context = await entered.openStream();',
      'const { context } = entered;',
      'breaks off within a second when its user is deactivated, and the user is offline then',
    ],
  ]),
  ...switchedOff({ file: `${API}/stream-answer.ts`, test: `${API}/stream-answer.test.ts` }, [
    [
      'the position that moves past what is not for a listener',
      'const isSaid = resync || events.at(-1)?.id === position;',
      'const isSaid = true;',
      'moves the position of its reader past what is not for it, without a word',
    ],
  ]),
];
