/** One line of a file, without its line break. */
export interface Line {
  /** From 1, as editors count. */
  number: number;
  text: string;
  /** What ended it; empty at the end of the file. */
  lineBreak: '' | '\n' | '\r\n';
  /** Why it is not to be read. Its text is then what can be shown of it. */
  problem?: string;
}

/** The longest line that is read. A user has at most 16 KiB as JSON, and six times as much with every character escaped. */
export const MAX_LINE_BYTES = 256 * 1024;

const NEW_LINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Cuts UTF-8 into lines that end with LF or CRLF. A byte order mark at the start is taken away. A line that is no UTF-8, or too
 * long, breaks no other; of one that is too long only the beginning is kept.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes = MAX_LINE_BYTES,
): AsyncGenerator<Line, void, undefined> {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
  let parts: Uint8Array[] = [];
  let kept = 0;
  let length = 0;
  let number = 0;

  const keep = (piece: Uint8Array) => {
    length += piece.length;
    const head = piece.subarray(0, Math.max(0, maxBytes - kept));
    if (head.length > 0) parts.push(head);
    kept += head.length;
  };
  const finish = (ended: boolean): Line => {
    let bytes = joined(parts, kept);
    const tooLong = length > maxBytes;
    const returned = ended && !tooLong && bytes.at(-1) === CARRIAGE_RETURN;
    if (returned) bytes = bytes.subarray(0, -1);
    number += 1;
    parts = [];
    kept = 0;
    length = 0;
    const place = { number, lineBreak: returned ? '\r\n' : ended ? '\n' : '' } as const;
    const clean = (text: string) => (number === 1 ? text.replace(/^\uFEFF/, '') : text);
    if (tooLong) {
      const problem = `The line is longer than ${maxBytes.toLocaleString('en')} bytes.`;
      return { ...place, text: clean(lenient.decode(bytes)), problem };
    }
    try {
      return { ...place, text: clean(strict.decode(bytes)) };
    } catch {
      return {
        ...place,
        text: clean(lenient.decode(bytes)),
        problem: 'The line is not UTF-8 text. Save the file as UTF-8.',
      };
    }
  };

  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEW_LINE); end !== -1; end = chunk.indexOf(NEW_LINE, start)) {
      keep(chunk.subarray(start, end));
      start = end + 1;
      yield finish(true);
    }
    // What is kept must not change when the reader of the file uses its memory again.
    keep(chunk.slice(start));
  }
  if (length > 0) yield finish(false);
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [only, ...more] = parts;
  if (only && more.length === 0) return only;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
