import { type DestinationStream, destination, type Logger, pino } from 'pino';
import type { Config } from './config/config.js';

export type { Logger } from 'pino';

import { isCallerGone } from '@rollcall/core';
import { toErrorData } from '@rollcall/router';
import type { TRPCError } from '@trpc/server';
import type { RefusalLog, RefusedCaller } from './refusal-log.js';

/** Keys whose values never reach the log, at the top of an entry or up to two levels deeper. */
const HIDDEN = ['authorization', 'connectionParams', 'token', 'secret', 'password', 'custom', 'cookie'];

/**
 * A signed token, and the password of a URL, wherever a message happens to contain one. A caller decides how long the
 * message is, so neither pattern may backtrack from every letter of it.
 */
const TOKEN = /\beyJ[\w-]*(?:\.[\w-]+)*/g;
const URL_PASSWORD = /(\b\w{1,32}:\/\/[^\s:/@]{0,256}:)[^\s@]{1,256}@/g;

const MAX_CAUSES = 5;

/**
 * The log of the server: one JSON object per line, by default on standard error, so that standard output stays for people.
 * It leaves out secrets, tokens and the custom data of users.
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
 * What the log says about an error: its type, message, code and stack, down the chain of causes. It copies no other
 * property, because drivers attach the values of a statement, which are people's data.
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

/** A text without what looks like a token or the password of a URL. */
export function scrub(text: string): string {
  return text.replace(TOKEN, '[hidden]').replace(URL_PASSWORD, '$1[hidden]@');
}

/** What the log says about a failed call. It leaves out the input, which is people's data. */
export interface Failure {
  error: TRPCError;
  requestId: string | undefined;
  /** The procedure as the caller wrote it. */
  procedure: string | undefined;
  ms?: number;
  caller: RefusedCaller;
}

const MAX_PROCEDURE_LENGTH = 200;

/**
 * Logs a failed call. A mistake of the caller takes one short entry, and many of them one for their number. A fault of the
 * server is logged in full, under the request id that the caller was given.
 */
export function logFailure(
  { logger, refusals }: { logger: Logger; refusals: RefusalLog },
  { error, requestId, procedure, ms, caller }: Failure,
): void {
  if (isCallerGone(error.cause)) {
    logger.debug({ requestId, address: caller.address }, 'a caller went before its answer');
    return;
  }
  const { code } = toErrorData(error, requestId ?? '');
  if (code !== 'INTERNAL' && !refusals.isFirst(caller, code)) return;
  const line = {
    requestId,
    address: caller.address,
    procedure: procedure === undefined ? undefined : scrub(procedure.slice(0, MAX_PROCEDURE_LENGTH)),
    code,
    ...(ms !== undefined && { ms: Math.round(ms) }),
  };
  if (code === 'INTERNAL') logger.error({ ...line, err: error }, 'a call failed');
  else if (code === 'UNAVAILABLE') logger.warn({ ...line, err: error }, 'a call could not be served now');
  else logger.info(line, 'a call was refused');
}
