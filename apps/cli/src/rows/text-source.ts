import { RollcallError } from '@rollcall/protocol';

/** What an input holds, by how it begins. */
export interface TextSource {
  /** Its bytes as UTF-8, without a byte order mark. */
  bytes: AsyncIterable<Uint8Array>;
  /** The first character that is no blank; empty for an input without any. */
  first: string;
}

const PACKED: readonly (readonly [beginning: readonly number[], advice: string])[] = [
  [
    [0x50, 0x4b, 0x03, 0x04],
    'is a workbook of a spreadsheet or an archive: save the sheet as CSV, or unpack it',
  ],
  [[0xd0, 0xcf, 0x11, 0xe0], 'is a workbook of a spreadsheet: save the sheet as CSV'],
  [
    [0x1f, 0x8b],
    'is compressed: unpack it first, such as with gunzip -c users.ndjson.gz | rollcall import -',
  ],
];

/**
 * Looks at how an input begins, and gives it as UTF-8 text: it recognises UTF-16 in both orders, with a byte order mark
 * or without.
 * @throws RollcallError `INPUT_INVALID` for a file that is not text, with what to do.
 */
export async function openText(source: AsyncIterable<Uint8Array>): Promise<TextSource> {
  const chunks = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  let ended = false;
  while (!ended && head.toString('latin1').replace(/[\s\0\xef\xbb\xbf\xff\xfe]/g, '') === '') {
    const next = await chunks.next();
    if (next.done) ended = true;
    else head = head.length === 0 ? Buffer.from(next.value) : Buffer.concat([head, next.value]);
  }
  for (const [beginning, advice] of PACKED) {
    if (beginning.every((byte, at) => head[at] === byte)) {
      throw new RollcallError('INPUT_INVALID', `the input ${advice}`);
    }
  }
  const whole = (async function* () {
    try {
      yield head;
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
    } finally {
      await chunks.return?.();
    }
  })();
  const encoding = utf16Of(head);
  const start = encoding ? new TextDecoder(encoding).decode(head) : head.toString('utf8');
  const bytes = encoding ? fromUtf16(whole, encoding) : whole;
  return { bytes, first: start.replace(/^\uFEFF/, '').trim()[0] ?? '' };
}

/** How a text is UTF-16, if it is. Without a mark, every second byte of its first two characters is zero. */
export function utf16Of(head: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const [first, second, third, fourth] = head;
  if ((first === 0xff && second === 0xfe) || (first && second === 0 && third && fourth === 0))
    return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second && third === 0 && fourth))
    return 'utf-16be';
  return undefined;
}

async function* fromUtf16(source: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of source) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}
