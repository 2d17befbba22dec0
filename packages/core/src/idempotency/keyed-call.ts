import { hash } from 'node:crypto';
import { RollcallError } from '@rollcall/protocol';
import { sortedJson } from '../json/sorted-json.js';

/** A call that is to be carried out once, however often it comes. */
export interface KeyedCall {
  /** Who calls; absent for a server token: all of them are one caller. */
  userId?: string;
  /** The key that the caller gave it. */
  key: string;
  /** The procedure that it calls. */
  procedure: string;
  /** What it says, as it came in. */
  input: unknown;
}

/** What a call is known by. */
export interface CallName {
  /** Of who calls, and of the key. A key means nothing to anybody else. */
  id: string;
  /** Of what is called, and of what is said. */
  fingerprint: string;
}

/** Names a call by hashes, since a key and an input may hold names of people. @throws RollcallError `INPUT_INVALID` */
export function nameCall({ userId, key, procedure, input }: KeyedCall): CallName {
  const caller = userId === undefined ? 'server' : `user ${userId}`;
  return {
    id: hash('sha256', `rollcall idempotency\n${caller}\n${key}`, 'hex'),
    fingerprint: hash('sha256', `${procedure}\n${textOf(input)}`, 'hex'),
  };
}

function textOf(input: unknown): string {
  try {
    return sortedJson(input);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new RollcallError('INPUT_INVALID', 'the input is nested too deeply', { cause });
  }
}
