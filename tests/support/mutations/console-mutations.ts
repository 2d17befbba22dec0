import { type Mutation, switchedOff } from './mutation.js';

const CONSOLE = 'apps/server/src/http/console';
const CONSOLE_TESTS = 'apps/server/test/console.test.ts';
const FOREIGN = 'apps/server/src/http/foreign-page.ts';
const HTTP_TESTS = 'apps/server/test/http.test.ts';
const OWN_PAGE = 'of %s at %s needs no setting: %i on this machine, %i behind a proxy';
const LIVE = 'apps/console/src/live/event-stream.ts';
const LIVE_TESTS = 'apps/console/src/live/event-stream.test.ts';
const BRIDGE = 'packages/react/src/query';
const LIVE_BROWSER = 'tests/browser/console-live.test.ts';
const LITTLE = 'is little, for %s: its own files and this server, nothing else';

/** The pages of the console, and who may open and call with them. */
export const CONSOLE_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: FOREIGN, test: HTTP_TESTS }, [
    ['the host and port of a page of the server itself', '.host !== url.host', '.host === ""', OWN_PAGE],
    [
      'the names by which a page of the server itself is known',
      "(protocol === 'http:' && isOwnName(nameIn(host)))",
      "protocol === 'http:'",
      OWN_PAGE,
    ],
    ['the one form in which a browser writes an origin', 'url.origin !== origin ||', '', OWN_PAGE],
  ]),
  ...switchedOff({ file: `${CONSOLE}/page-headers.ts`, test: CONSOLE_TESTS }, [
    [
      'the scripts of the console',
      '"script-src \'self\'",',
      "\"script-src 'self' 'unsafe-inline'\",",
      LITTLE,
    ],
    ['the frames around the console', '"frame-ancestors \'none\'",', '', LITTLE],
    [
      'the pictures of other hosts in the console',
      '"img-src \'self\' data:",',
      '"img-src \'self\' data: https:",',
      LITTLE,
    ],
  ]),
  ...switchedOff({ file: `${CONSOLE}/answer-console.ts`, test: CONSOLE_TESTS }, [
    [
      'the nonce of a page',
      "randomBytes(18).toString('base64')",
      "randomBytes(0).toString('base64').padEnd(24, 'A')",
      'has a nonce of its own each time, says it to the console, and is never kept under an old one',
    ],
  ]),
  ...switchedOff({ file: `${CONSOLE}/page-path.ts`, test: CONSOLE_TESTS }, [
    ['the paths of the console', 'pages.has(first)', 'first !== "trpc"', 'is not at %s, which says 404'],
    [
      'the segments of a path of the console',
      'rest.every(isPlainSegment)',
      'true',
      '%s is answered with 404',
    ],
    [
      'the length of a path of the console',
      'if (path.length > MAX_LENGTH) return false;',
      '',
      '%s is answered with 404',
    ],
  ]),
  ...switchedOff({ file: `${CONSOLE}/console-files.ts`, test: CONSOLE_TESTS }, [
    [
      'the hidden files of the build of the console',
      ".filter(path => !path.includes('/.'))",
      '',
      '%s is answered with 404',
    ],
  ]),
  ...switchedOff({ file: 'apps/server/src/http/http-handler.ts', test: CONSOLE_TESTS }, [
    [
      'the tokens in the paths of the log',
      'path: scrub(path)',
      'path',
      'signs nobody in, and is in no line of the log',
    ],
  ]),
  ...switchedOff({ file: `${BRIDGE}/query-bridge.ts`, test: LIVE_BROWSER, hangsMs: 60_000 }, [
    [
      'the events that an answer does not know of yet',
      'if (answered && heard.size > 0) {',
      'if (answered && heard.size < 0) {',
      'an answer that comes after a newer event is mended before anybody sees it',
    ],
  ]),
  ...switchedOff({ file: `${BRIDGE}/patched-users.ts`, test: LIVE_BROWSER, hangsMs: 60_000 }, [
    [
      'the presence that is ahead of the events',
      'const { online, last_active } = presence ?? user;',
      'const { online, last_active } = presence ?? told ?? user;',
      'presence is not set back by an event that knows less',
    ],
  ]),
  ...switchedOff({ file: LIVE, test: LIVE_TESTS }, [
    [
      'what is read afresh beside users',
      '{ queryKey: [], patch: false },',
      '',
      'reads everything afresh when events were missed',
    ],
    [
      'what is read again when the stream has begun',
      'bridge.readAgain()',
      'undefined',
      'reads again what was read before the stream began',
    ],
    [
      'the end of a session whose token is refused',
      'session.end(`The server',
      'void (`The server',
      'ends the session when the server does not take its token any more',
    ],
  ]),
];
