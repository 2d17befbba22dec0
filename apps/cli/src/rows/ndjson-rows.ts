import type { UpsertUserInput } from '@rollcall/protocol';
import type { Line } from './lines.js';
import { placeOf, type Row, type RowProblem, textOf } from './row.js';

/** Reads one JSON object a line. Any other line becomes a broken row, and reading continues with the next line. */
export async function* readNdjsonRows(lines: AsyncIterable<Line>): AsyncGenerator<Row> {
  for await (const line of lines) {
    const text = textOf(line);
    if (typeof text !== 'string') yield { ...placeOf(line), problem: text };
    else if (text.trim() !== '') yield { ...placeOf(line), ...parseUser(text) };
  }
}

function parseUser(text: string): { user: UpsertUserInput } | { problem: RowProblem } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { problem: { code: 'INPUT_INVALID', message: `the line is not JSON: ${reason}` } };
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { user: value as UpsertUserInput };
  }
  return { problem: { code: 'INPUT_INVALID', message: 'the line is not a JSON object' } };
}
