import type { ServerClient } from '@rollcall/client/server';
import { RollcallError } from '@rollcall/protocol';
import { checkBySchema } from '@rollcall/protocol/schemas';
import { z } from 'zod';
import type { Confirmations } from './confirmations.js';

/** What a tool works with while it answers one call. */
export interface ToolCall {
  client: ServerClient;
  /** Aborts when the agent does not want the answer any more, or has gone. */
  signal: AbortSignal;
  confirmations: Confirmations;
  /** Tells the agent how far a long wait has come, if it asked to be told. */
  report(progress: { done: number; total: number }): void;
}

/** One thing that an agent can do. What an agent reads here is written by Rollcall: nothing in it comes from a user. */
export interface Tool<Schema extends z.ZodType = z.ZodType> {
  name: string;
  title: string;
  description: string;
  input: Schema;
  /** What a tool that changes something does; absent: it only reads. */
  writes?: {
    /** Whether something may be lost by it. */
    destructive: boolean;
    /** Whether a second call with the same input changes nothing more. */
    idempotent: boolean;
  };
  run(input: z.output<Schema>, call: ToolCall): Promise<object>;
}

/** Lets the compiler hold `run` to the schema of the input. */
export function tool<Schema extends z.ZodType>(one: Tool<Schema>): Tool {
  return one as unknown as Tool;
}

/**
 * The checked input of a call. The SDK could check it, too; here it is refused in the words of every other refusal.
 * @throws RollcallError `INPUT_INVALID` that names the field.
 */
export function checkedInput({ name, input }: Tool, given: unknown): unknown {
  const { data, problems, more = 0 } = checkBySchema(input, given ?? {}) as CheckedInput;
  if (!problems) return data;
  const issues = problems.map(({ path, message }) => {
    const field = path.map(String).join('.');
    return { code: 'INPUT_INVALID' as const, message: `${field || name}: ${message}`, field };
  });
  throw RollcallError.ofIssues(issues, issues.length + more);
}

interface CheckedInput {
  data?: unknown;
  problems?: { path: PropertyKey[]; message: string }[];
  more?: number;
}

/**
 * A JSON object whose content the server checks. It comes through as it is: a schema of its names would drop `__proto__`,
 * and a filter that loses a condition finds more users.
 */
export function jsonObject<Value extends object>(description: string) {
  return z
    .custom<Value>(
      value => typeof value === 'object' && value !== null && !Array.isArray(value),
      'must be an object',
    )
    .meta({ type: 'object', description });
}
