import { dataOf } from './config/describe-config.js';
import type { RunningServer } from './start-server.js';

/** What somebody who has just started Rollcall wants to know: where it is, how to sign in, and what to try. */
export function firstMinuteText(
  server: Pick<RunningServer, 'url' | 'port' | 'config'>,
  token?: string,
): string {
  const lines = [`Rollcall answers at ${server.url}`, `Data: ${dataOf(server.config)}`, ''];
  if (token === undefined) return lines.join('\n');
  const usual = server.port === 4600 && ['127.0.0.1', 'localhost', '0.0.0.0'].includes(server.config.host);
  return [
    ...lines,
    'In another terminal, sign in with a server token; it may do everything, for 24 hours:',
    '',
    ...(usual ? [] : [`  export ROLLCALL_URL=${server.url}`]),
    `  export ROLLCALL_TOKEN=${token}`,
    '',
    'Then follow what happens in one terminal, and make it happen in a second:',
    '',
    '  npx rollcall watch',
    '  npx rollcall import samples/users.ndjson',
    '',
    '',
  ].join('\n');
}
