import { described } from '@rollcall/protocol';

/** Why a value cannot be meant. */
export interface Problem {
  /** Where it is: a dotted path; empty for the argument itself. */
  field: string;
  /** What is wrong there, and what is accepted. */
  message: string;
  /** The item of the batch, from 0. */
  index?: number;
}

/** What an argument of a method, or a part of one, has to be. */
export interface AnyKind<Value = unknown> {
  /** Says what is accepted, for messages: "a text". */
  readonly accepts: string;
  /** What is wrong with a value at a path, if anything is. */
  problem(value: unknown, path: string): Problem | undefined;
  /** Whether it is an object of named parts. The paths of these begin in it, so they do not name the argument. */
  readonly named?: true;
  readonly optional?: true | undefined;
  /** Never there. It ties the kind to the type, so that the compiler holds a table to an interface. */
  readonly holds?: Value;
}

/** What has to be there. */
export interface Kind<Value = unknown> extends AnyKind<Value> {
  readonly optional?: undefined;
}

/** What may be left out. `undefined` counts as left out, since that is how TypeScript lets one write it. */
export interface OptionalKind<Value = unknown> extends AnyKind<Value> {
  readonly optional: true;
}

/** Lets a part be left out. */
export function optional<Value>(kind: Kind<Value>): OptionalKind<Value> {
  return {
    ...kind,
    optional: true,
    problem: (value, path) => (value === undefined ? undefined : kind.problem(value, path)),
  };
}

/** A kind that is one question. */
export function kindOf<Value>(accepts: string, isMeant: (value: unknown) => boolean): Kind<Value> {
  return {
    accepts,
    problem: (value, path) => (isMeant(value) ? undefined : wrong(path, accepts, value)),
  };
}

/** The problem of a value that is not what is accepted. */
export function wrong(field: string, accepts: string, value: unknown): Problem {
  return { field, message: `must be ${accepts}, not ${described(value)}` };
}

/** The path of a part. */
export function within(path: string, name: string | number): string {
  return path === '' ? String(name) : `${path}.${name}`;
}

/** Whether a value is an object of named parts, and neither a list nor something that only looks like one. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === '[object Object]';
}
