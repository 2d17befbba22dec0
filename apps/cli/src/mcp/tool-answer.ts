import { RollcallError } from '@rollcall/protocol';
import { isRollcallError } from '../output/error-line.js';

/** The longest answer of a tool: what an agent reads takes room that it needs for its work. */
export const ANSWER_BYTES = 32 * 1024;

/** What one item of a list may take, so that a page has several of them. */
export const ITEM_BYTES = 4 * 1024;

/** Refusals repeat what was given, which may be long. */
const MESSAGE_LENGTH = 700;
const FIELD_LENGTH = 200;

/** More problems at once are not mended at once. */
const LISTED_ISSUES = 5;

/**
 * What can pass for something else than text: marks of tags, control characters, and everything that is not seen, such as
 * marks that turn the direction of writing, and characters in which a text can be hidden from people.
 */
const ACTIVE = /[<>\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * A value as JSON in which the texts of users are nothing but text. It reads back as the same value: what could pass for
 * something else is escaped.
 */
export function inertJson(value: unknown): string {
  return JSON.stringify(value).replace(ACTIVE, character =>
    Array.from({ length: character.length }, (_, at) => escaped(character.charCodeAt(at))).join(''),
  );
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

/** How long a value is in an answer. */
export function answerBytes(value: unknown): number {
  return Buffer.byteLength(inertJson(value));
}

/** What a tool answers with. */
type ToolAnswer = { content: { type: 'text'; text: string }[]; isError?: true };

/**
 * The answer of a tool.
 * @throws RollcallError `PAYLOAD_TOO_LARGE` if it is longer than an answer may be. What is long in itself has been cut before.
 */
export function answerOf(value: object): ToolAnswer {
  const text = inertJson(value);
  const bytes = Buffer.byteLength(text);
  if (bytes > ANSWER_BYTES) {
    throw new RollcallError(
      'PAYLOAD_TOO_LARGE',
      `the answer has ${bytes} bytes, and one has at most ${ANSWER_BYTES}; ask for less`,
    );
  }
  return { content: [{ type: 'text', text }] };
}

/** An error as the answer of a tool: what is wrong and where, as the server says it. */
export function errorAnswer(thrown: unknown): ToolAnswer {
  const error = isRollcallError(thrown)
    ? thrown
    : new RollcallError('INTERNAL', thrown instanceof Error ? thrown.message : String(thrown));
  const { code, message, field, index, retry_after, request_id, issues = [], more_issues = 0 } = error;
  const listed = issues.length > 1 ? issues.slice(0, LISTED_ISSUES) : [];
  const shown = {
    code,
    message: shortened(message),
    ...(field !== undefined && { field: shortened(field, FIELD_LENGTH) }),
    ...(index !== undefined && { index }),
    ...(retry_after !== undefined && { retry_after }),
    ...(request_id !== undefined && { request_id }),
    ...(listed.length > 0 && {
      issues: listed.map(issue => ({
        ...issue,
        message: shortened(issue.message),
        ...(issue.field !== undefined && { field: shortened(issue.field, FIELD_LENGTH) }),
      })),
      more_issues: issues.length - listed.length + more_issues,
    }),
  };
  return { content: [{ type: 'text', text: inertJson({ error: shown }) }], isError: true };
}

function shortened(text: string, length = MESSAGE_LENGTH): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
