/** One line of an input, without its line break. */
export interface Line {
  /** From 1, as editors count. */
  number: number;
  /** The bytes; only the first ones when the line is too long. */
  bytes: Buffer;
  /** Whether the line has more than `maxBytes` bytes. */
  tooLong: boolean;
  /** The position in the input after this line and its line break, in bytes. */
  endOffset: number;
}

const NEW_LINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Cuts bytes into lines that end with LF or CRLF. It removes a byte order mark at the start, and the last line needs no
 * line break. Memory stays flat for any input: the part of a line beyond `maxBytes` is dropped.
 */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  options: { maxBytes: number },
): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let kept = 0;
  let length = 0;
  let number = 0;
  let endOffset = 0;

  const keep = (piece: Buffer) => {
    length += piece.length;
    const room = options.maxBytes - kept;
    if (room <= 0) return;
    const head = piece.length > room ? piece.subarray(0, room) : piece;
    parts.push(head);
    kept += head.length;
  };
  const finish = (): Line => {
    let bytes = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    const tooLong = length > options.maxBytes;
    if (!tooLong && bytes.at(-1) === CARRIAGE_RETURN) bytes = bytes.subarray(0, -1);
    number++;
    if (number === 1 && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK)) bytes = bytes.subarray(3);
    parts = [];
    kept = 0;
    length = 0;
    return { number, bytes, tooLong, endOffset };
  };

  for await (const given of source) {
    const chunk = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
    let start = 0;
    for (let end = chunk.indexOf(NEW_LINE); end !== -1; end = chunk.indexOf(NEW_LINE, start)) {
      keep(chunk.subarray(start, end));
      endOffset += end + 1 - start;
      start = end + 1;
      yield finish();
    }
    keep(chunk.subarray(start));
    endOffset += chunk.length - start;
  }
  if (length > 0) yield finish();
}
