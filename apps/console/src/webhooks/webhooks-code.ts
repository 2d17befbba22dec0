import { literal, quoted } from '../frame/code-words.js';
import type { DeliveryList } from './webhooks-query.js';

/** A call in the three languages that the console shows. */
interface Call {
  /** What stands after `server.`, and what its answer is called. */
  method: string;
  answer?: string;
  procedure: string;
  input: object;
  command: string;
}

function codeOf(url: string, { method, answer, procedure, input, command }: Call): Record<string, string> {
  return {
    TypeScript: [
      "import { createServerClient } from '@rollcall/client/server';",
      `const server = createServerClient({ url: '${url}', secret: process.env.ROLLCALL_SECRET });`,
      `${answer === undefined ? '' : `const ${answer} = `}await server.${method};`,
    ].join('\n'),
    curl: [
      `curl ${url}/trpc/webhooks.${procedure} \\`,
      '  -H "authorization: Bearer $ROLLCALL_TOKEN" -H "content-type: application/json" \\',
      `  -d ${quoted(JSON.stringify(input))}`,
    ].join('\n'),
    'Command line': `ROLLCALL_URL=${url} rollcall webhooks ${command}`,
  };
}

/** All webhooks. */
export function codeOfWebhooks(url: string): Record<string, string> {
  const call = {
    method: 'listWebhooks()',
    answer: 'webhooks',
    procedure: 'list',
    input: {},
    command: 'list',
  };
  return codeOf(url, call);
}

/** A page of the deliveries of a webhook, without the page that is shown. */
export function codeOfDeliveries(
  url: string,
  id: string,
  { status, event_type, user_id }: DeliveryList,
): Record<string, string> {
  const which = { ...(status && { status }), ...(event_type && { event_type }), ...(user_id && { user_id }) };
  const given = Object.keys(which).length > 0 ? `, ${literal(which)}` : '';
  const flags = [
    ...(status ? [` --status ${status}`] : []),
    ...(event_type ? [` --type ${event_type}`] : []),
    ...(user_id ? [` --user ${quoted(user_id)}`] : []),
  ];
  return codeOf(url, {
    method: `listWebhookDeliveries('${id}'${given})`,
    answer: '{ deliveries, next }',
    procedure: 'listDeliveries',
    input: { id, ...which },
    command: `deliveries ${id}${flags.join('')}`,
  });
}

/** To try a delivery once more. */
export function codeOfRetry(url: string, delivery: string): Record<string, string> {
  return codeOf(url, {
    method: `retryWebhookDelivery('${delivery}')`,
    procedure: 'retryDelivery',
    input: { delivery_id: delivery },
    command: `retry ${delivery}`,
  });
}

/** To send everything after a position again. */
export function codeOfReplay(url: string, id: string, from: string): Record<string, string> {
  return codeOf(url, {
    method: `replayWebhook('${id}', ${JSON.stringify(from)})`,
    procedure: 'replay',
    input: { id, from },
    command: `replay ${id} ${quoted(from)}`,
  });
}

/** To make a webhook. */
export function codeOfNewWebhook(
  url: string,
  webhook: { url: string; types?: string[]; filter?: object; rate_limit?: number; description?: string },
): Record<string, string> {
  const { types, filter, rate_limit, description } = webhook;
  const flags = [
    ...(types ? [` --types ${types.join(',')}`] : []),
    ...(filter ? [` --filter ${quoted(JSON.stringify(filter))}`] : []),
    ...(rate_limit === undefined ? [] : [` --rate ${rate_limit}`]),
    ...(description === undefined ? [] : [` --description ${quoted(description)}`]),
  ];
  return codeOf(url, {
    method: `createWebhook(${literal(webhook)})`,
    answer: '{ webhook, secret }',
    procedure: 'create',
    input: webhook,
    command: `create ${quoted(webhook.url)}${flags.join('')}`,
  });
}
