/** A file that holds no text that can be read. */
export class FileProblem extends Error {}

const PACKED: readonly (readonly [beginning: readonly number[], advice: string])[] = [
  [
    [0x50, 0x4b, 0x03, 0x04],
    'This is a workbook or an archive. Save the sheet as CSV, or unpack the archive.',
  ],
  [[0xd0, 0xcf, 0x11, 0xe0], 'This is a workbook. Save the sheet as CSV.'],
  [[0x1f, 0x8b], 'This file is compressed. Unpack it first.'],
];

/**
 * The bytes of a file as UTF-8, piece by piece. Files of UTF-16 begin with a mark that says so, or with a letter
 * of ASCII, of which one byte is 0.
 * @param onRead hears how many bytes of the file have been read.
 * @throws FileProblem for a file that is no text.
 */
export async function* readChunks(file: Blob, onRead?: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader();
  let decoder: TextDecoder | undefined;
  const encoder = new TextEncoder();
  let first = true;
  let bytes = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const chunk: Uint8Array = next.value;
      if (first) {
        for (const [beginning, advice] of PACKED)
          if (beginning.every((byte, at) => chunk[at] === byte)) throw new FileProblem(advice);
        const [one, two] = chunk;
        if ((one === 0xff && two === 0xfe) || (one !== 0 && two === 0)) decoder = new TextDecoder('utf-16le');
        if ((one === 0xfe && two === 0xff) || (one === 0 && two !== 0)) decoder = new TextDecoder('utf-16be');
        first = false;
      }
      bytes += chunk.length;
      onRead?.(bytes);
      yield decoder ? encoder.encode(decoder.decode(chunk, { stream: true })) : chunk;
    }
  } finally {
    await reader.cancel();
  }
}
