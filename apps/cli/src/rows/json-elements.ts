import { RollcallError } from '@rollcall/protocol';
import type { Line } from './lines.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);
const NEW_LINE = 0x0a;
const SPACES = new Set([0x20, 0x09, 0x0d, NEW_LINE]);

/**
 * Cuts a JSON array into its elements, each with the line that it begins on. It looks at brackets and quotation marks
 * only: whether an element is JSON is for its reader to say, and a broken one breaks no other. Memory stays flat for any
 * input: the part of an element beyond `maxBytes` is dropped.
 * @throws RollcallError `INPUT_INVALID` when the array does not end, or something follows it, so that nobody takes a part
 * for the whole.
 */
export async function* readJsonElements(
  source: AsyncIterable<Uint8Array>,
  options: { maxBytes: number },
): AsyncGenerator<Line> {
  const element: number[] = [];
  let length = 0;
  let depth = 0;
  let ended = false;
  let line = 1;
  let firstLine = 1;
  let inText = false;
  let escaped = false;
  let offset = 0;
  const finish = (): Line[] => {
    if (length === 0) return [];
    const bytes = Buffer.from(element);
    const found = { number: firstLine, bytes, tooLong: length > options.maxBytes, endOffset: offset };
    element.length = 0;
    length = 0;
    return [found];
  };
  for await (const chunk of source) {
    for (const byte of chunk) {
      offset++;
      if (byte === NEW_LINE) line++;
      if (depth === 0) {
        // Before the array, and after it.
        if (ended && !SPACES.has(byte)) {
          throw new RollcallError(
            'INPUT_INVALID',
            `something follows the end of the JSON array in line ${line}: a file holds one array, or one object a line`,
          );
        }
        if (OPEN.has(byte)) depth = 1;
        continue;
      }
      if (!inText && depth === 1 && (byte === COMMA || CLOSE.has(byte))) {
        yield* finish();
        if (byte !== COMMA) {
          depth = 0;
          ended = true;
        }
        continue;
      }
      if (length === 0 && SPACES.has(byte)) continue;
      if (length === 0) firstLine = line;
      length++;
      if (length <= options.maxBytes) element.push(byte);
      if (inText) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inText = false;
      } else if (byte === QUOTE) inText = true;
      else if (OPEN.has(byte)) depth++;
      else if (CLOSE.has(byte)) depth--;
    }
  }
  yield* finish();
  if (depth > 0) {
    throw new RollcallError(
      'INPUT_INVALID',
      `the JSON array has no end after line ${line}: the file is cut off`,
    );
  }
}
