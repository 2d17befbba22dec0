import { type DestinationStream, destination, type Logger, pino } from 'pino';
import type { Config } from './config/config.js';

export type { Logger } from 'pino';

import { toErrorData } from '@rollcall/router';
import type { TRPCError } from '@trpc/server';

/** Keys whose values never reach the log, at the top of a line or up to two levels deeper. */
const HIDDEN = ['authorization', 'connectionParams', 'token', 'secret', 'password', 'custom', 'cookie'];

/**
 * A signed token, and the password of a URL, wherever a message happens to carry one. The message may be as long as a
 * caller likes, so nothing in them may be tried again from every letter of it.
 */
const TOKEN = /\beyJ[\w-]*(?:\.[\w-]+)*/g;
const URL_PASSWORD = /(\b\w{1,32}:\/\/[^\s:/@]{0,256}:)[^\s@]{1,256}@/g;

const MAX_CAUSES = 5;

/**
 * The server's log: one JSON object a line, on standard error unless told otherwise, so that standard output stays for
 * people. Secrets, tokens and users' custom data are left out.
 */
export function createLogger(
  config: Pick<Config, 'logLevel'>,
  to: DestinationStream = destination(2),
): Logger {
  return pino(
    {
      level: config.logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      redact: { paths: HIDDEN.flatMap(key => [key, `*.${key}`, `*.*.${key}`]), censor: '[hidden]' },
      serializers: { err: error => describeError(error, MAX_CAUSES) },
    },
    to,
  );
}

/**
 * What the log says of an error: kind, message, code and stack, down the chain of causes. Nothing else that hangs on it
 * is copied: drivers attach the statement's values, which are people's data.
 */
function describeError(error: unknown, causes: number): unknown {
  if (!(error instanceof Error)) return { message: scrub(String(error)) };
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return {
    type: error.name,
    message: scrub(error.message),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    stack: scrub(error.stack ?? ''),
    ...(cause !== undefined && causes > 0 && { cause: describeError(cause, causes - 1) }),
  };
}

function scrub(text: string): string {
  return text.replace(TOKEN, '[hidden]').replace(URL_PASSWORD, '$1[hidden]@');
}

/** What the log says about a call that failed. Inputs are left out: they are people's data. */
export interface Failure {
  error: TRPCError;
  requestId: string | undefined;
  /** As the caller wrote it. */
  procedure: string | undefined;
  ms?: number;
}

const MAX_PROCEDURE_LENGTH = 200;

/**
 * Logs a failed call. What the caller did wrong takes one line; a fault of ours is logged in full, under the request id
 * that the caller was told instead.
 */
export function logFailure(logger: Logger, { error, requestId, procedure, ms }: Failure): void {
  const { code } = toErrorData(error, requestId ?? '');
  const line = {
    requestId,
    procedure: procedure?.slice(0, MAX_PROCEDURE_LENGTH),
    code,
    ...(ms !== undefined && { ms: Math.round(ms) }),
  };
  if (code === 'INTERNAL') logger.error({ ...line, err: error }, 'a call failed');
  else if (code === 'UNAVAILABLE') logger.warn({ ...line, err: error }, 'a call could not be served now');
  else logger.info(line, 'a call was refused');
}
