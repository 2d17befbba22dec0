import { describe, expect, it } from 'vitest';
import { type Line, readLines } from './lines.js';

async function linesOf(chunks: (string | Uint8Array)[], maxBytes = 1000): Promise<Line[]> {
  const source = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  const lines: Line[] = [];
  for await (const line of readLines(source, { maxBytes })) lines.push(line);
  return lines;
}

const texts = (lines: Line[]) => lines.map(line => line.bytes.toString());

describe('readLines', () => {
  it('ends lines at LF and CRLF alike, and needs none at the end', async () => {
    const lines = await linesOf(['one\ntwo\r\n\nfour']);
    expect(texts(lines)).toEqual(['one', 'two', '', 'four']);
    expect(lines.map(line => line.number)).toEqual([1, 2, 3, 4]);
    expect(lines.map(line => line.endOffset)).toEqual([4, 9, 10, 14]);
  });

  it('adds no line after the last line break', async () => {
    expect(texts(await linesOf(['one\n']))).toEqual(['one']);
    expect(await linesOf([''])).toEqual([]);
    expect(await linesOf([])).toEqual([]);
  });

  it('joins lines from pieces that are cut anywhere, even within a character or CRLF', async () => {
    const bytes = Buffer.from('grüße\r\nΑθήνα\r\n');
    const singles = [...bytes].map(byte => Uint8Array.of(byte));
    expect(texts(await linesOf(singles))).toEqual(['grüße', 'Αθήνα']);
  });

  it('removes a byte order mark at the start, and only there', async () => {
    expect(texts(await linesOf(['\ufeffone\n', '\ufefftwo']))).toEqual(['one', '\ufefftwo']);
    expect(texts(await linesOf([Uint8Array.of(0xef), Uint8Array.of(0xbb, 0xbf, 0x61)]))).toEqual(['a']);
  });

  it('keeps only the first bytes of a line that is too long, and continues with the next one', async () => {
    const lines = await linesOf(['short\n', 'x'.repeat(30), 'y'.repeat(30), '\nnext\n'], 10);
    expect(texts(lines)).toEqual(['short', 'x'.repeat(10), 'next']);
    expect(lines.map(line => line.tooLong)).toEqual([false, true, false]);
    expect(lines.at(-1)?.endOffset).toBe(6 + 61 + 5);
  });

  it('accepts a line of exactly the maximum length', async () => {
    const [line] = await linesOf([`${'x'.repeat(10)}\n`], 10);
    expect(line).toMatchObject({ tooLong: false, endOffset: 11 });
  });
});
