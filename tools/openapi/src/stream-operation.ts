import { EVENT_CATALOGUE } from '@rollcall/protocol';
import type { Route } from '@rollcall/server/api';
import { type Operation, wordsOf } from './operation.js';
import { parametersOf } from './parameters.js';
import { refTo, type Schema } from './schema.js';

const TEXTS: Schema = { type: 'array', items: { type: 'string' } };

/** The inputs of the subscriptions, which tRPC's generator leaves out. */
const FIELDS: Readonly<Record<string, Schema>> = {
  task_id: { type: 'string' },
  types: {
    type: 'array',
    items: { type: 'string', enum: Object.keys(EVENT_CATALOGUE) },
    description: 'Only events of these types.',
  },
  user_ids: { ...TEXTS, description: 'The users whom the stream is about.' },
  filter: {
    allOf: [refTo('Filter')],
    description: 'Only events about users who match before or after the change.',
  },
  lastEventId: {
    type: 'string',
    description: 'What the header `Last-Event-ID` says, for a first request. The header goes before it.',
  },
};

/** What the data of the messages are. */
const DATA: Readonly<Record<string, string>> = {
  'live.events': 'an `Event`',
  'live.task': 'a `Task`',
  'live.ephemeral': 'an `Event`',
  'live.presence': 'a change of presence, with the user',
};

const REQUIRED: Readonly<Record<string, string[]>> = { 'live.presence': ['user_ids'] };

/** Describes a call that is answered with server-sent events. */
export function streamOperationOf(route: Route, comment: string | undefined): Operation {
  if (comment === undefined) throw new Error(`${route.procedure} has no comment that says what it does`);
  const parameters = parametersOf(route, FIELDS, REQUIRED[route.procedure] ?? []);
  return {
    ...wordsOf(route, comment),
    ...(parameters.length > 0 && { parameters }),
    responses: {
      200: {
        description: `Server-sent events. The data of each is JSON: ${DATA[route.procedure]}. \`event: error\` carries a problem and ends the stream, \`event: end\` says that there is no more, \`event: resync\` that something was missed and has to be read afresh.`,
        content: { 'text/event-stream': { schema: { type: 'string' } } },
      },
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}
