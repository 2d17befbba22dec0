import {
  isUserId,
  looksLikeSeconds,
  parsePosition,
  SECONDS_PROBLEM,
  type TimeInput,
  USER_ID_RULE,
} from '@rollcall/protocol';
import { type Kind, kindOf, within, wrong } from './kind.js';

/** Any text. What a text may hold is the server's to say. */
export const text: Kind<string> = kindOf('a text', isText);

/** A text with something in it. */
export const name: Kind<string> = kindOf('a text that is not empty', value => isText(value) && value !== '');

/** The id of a user. */
export const userId: Kind<string> = kindOf(`the id of a user (${USER_ID_RULE})`, isUserId);

/** Yes or no. */
export const flag: Kind<boolean> = kindOf('true or false', value => typeof value === 'boolean');

/** A whole number within limits. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): Kind<number> {
  const upTo = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return kindOf(
    `a whole number ${upTo}`,
    value => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  );
}

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): Kind<Word> {
  return kindOf(`one of ${words.map(word => `"${word}"`).join(', ')}`, value =>
    words.some(word => word === value),
  );
}

/** Something, or null. */
export function orNull<Value>(kind: Kind<Value>): Kind<Value | null> {
  const accepts = `${kind.accepts}, or null`;
  return {
    accepts,
    problem(value, path) {
      const problem = value === null ? undefined : kind.problem(value, path);
      return problem && { ...problem, message: problem.message.replace(kind.accepts, accepts) };
    },
  };
}

/** A list of at most so many. */
export function list<Value>(kind: Kind<Value>, most = Number.POSITIVE_INFINITY): Kind<Value[]> {
  const accepts = `an array${most === Number.POSITIVE_INFINITY ? '' : ` of at most ${most}`}, each ${kind.accepts}`;
  return {
    accepts,
    problem(value, path) {
      if (!Array.isArray(value)) return wrong(path, accepts, value);
      if (value.length > most)
        return { field: path, message: `must be ${accepts}; this has ${value.length}` };
      // By number, so that places where nothing was put are found, too.
      for (let index = 0; index < value.length; index += 1) {
        const problem = kind.problem(value[index], within(path, index));
        if (problem) return problem;
      }
      return undefined;
    },
  };
}

const TIME = 'a time: epoch milliseconds, or an ISO 8601 text with a zone such as "2026-01-31T12:00:00Z"';
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** A time. A number of seconds cannot be meant. */
export const time: Kind<TimeInput> = {
  accepts: TIME,
  problem(value, field) {
    if (looksLikeSeconds(value)) return { field, message: `must be ${TIME}; ${SECONDS_PROBLEM}` };
    const isTime =
      Number.isInteger(value) ||
      (isText(value) && ISO.test(value) && !Number.isNaN(Date.parse(value))) ||
      (value instanceof Date && !Number.isNaN(value.getTime()));
    return isTime ? undefined : wrong(field, TIME, value);
  },
};

/** A position in the event log. */
export const position: Kind<string> = kindOf(
  'the id of an event, <epoch>.<seq>, as an event carried it',
  value => isText(value) && parsePosition(value) !== undefined,
);

/** A function that the client calls. */
export const callback: Kind<never> = kindOf('a function', value => typeof value === 'function');

/** What ends a wait. */
export const signal: Kind<AbortSignal> = kindOf(
  'an AbortSignal',
  value => typeof (value as AbortSignal | null)?.aborted === 'boolean',
);

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
