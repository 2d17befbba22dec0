import { literal, quoted } from '../frame/code-words.js';
import type { Selection } from './selection.js';

/** A selection of events as TypeScript, as a call of curl and as a command, from now on or after a position. */
export function codeOfTail(url: string, selection: Selection, after?: string): Record<string, string> {
  const { types, user_ids, filter } = selection;
  const input = JSON.stringify(selection);
  const flags = [
    ...(types ? [`--types ${types.join(',')}`] : []),
    ...(user_ids ? [`--user ${quoted(user_ids.join(','))}`] : []),
    ...(filter ? [`--filter ${quoted(JSON.stringify(filter))}`] : []),
    ...(after === undefined ? [] : [`--since ${after}`]),
  ];
  return {
    TypeScript: [
      "import { createServerClient } from '@rollcall/client/server';",
      `const server = createServerClient({ url: '${url}', secret: process.env.ROLLCALL_SECRET });`,
      resumingLine(selection, after),
    ].join('\n'),
    curl: [
      `curl -N -G ${url}/trpc/live.events \\`,
      '  -H "authorization: Bearer $ROLLCALL_TOKEN" -H "accept: text/event-stream" \\',
      ...(after === undefined ? [] : [`  -H "last-event-id: ${after}" \\`]),
      `  --data-urlencode ${quoted(`input=${input}`)}`,
    ].join('\n'),
    'Command line': [`ROLLCALL_URL=${url} rollcall watch`, ...flags].join(' \\\n  '),
  };
}

/** The line that goes on after a position. */
export function resumingLine(selection: Selection, after: string | undefined): string {
  const options = { ...selection, ...(after !== undefined && { lastEventId: after }) };
  const given = Object.keys(options).length === 0 ? '' : literal(options);
  return `for await (const event of server.watchEvents(${given})) console.log(event);`;
}
