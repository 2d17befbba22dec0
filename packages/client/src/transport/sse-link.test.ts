import { describe, expect, it } from 'vitest';
import { type SseMessage, SseParser } from './sse-link.js';

function parse(...chunks: string[]): SseMessage[] {
  const parser = new SseParser();
  return chunks.flatMap(chunk => parser.push(chunk));
}

const STREAM =
  'event: connected\ndata: {"a":1}\n\n\n: a comment\n\ndata: first\nid: log.1\n\n\ndata:line one\ndata:  line two\n\nid\ndata\n\n';

const MESSAGES = [
  { event: 'connected', data: '{"a":1}' },
  { event: 'message', data: 'first', id: 'log.1' },
  { event: 'message', data: 'line one\n line two' },
  { event: 'message', data: '' },
];

describe('the text of an event stream', () => {
  it('is cut into messages', () => {
    expect(parse(STREAM)).toEqual(MESSAGES);
  });

  it.each(['\r\n', '\r'])('may end its lines by %j', end => {
    expect(parse(STREAM.replaceAll('\n', end), '\n')).toEqual(MESSAGES);
  });

  it('may arrive in pieces of any size', () => {
    for (const text of [STREAM, STREAM.replaceAll('\n', '\r\n')]) {
      for (let size = 1; size < 12; size++) {
        const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
        expect(parse(...pieces)).toEqual(MESSAGES);
      }
    }
  });

  it('keeps back a message that is not finished', () => {
    expect(parse('data: half\n')).toEqual([]);
  });
});
