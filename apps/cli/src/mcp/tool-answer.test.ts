import { RollcallError } from '@rollcall/protocol';
import { describe, expect, it } from 'vitest';
import { ANSWER_BYTES, answerOf, errorAnswer, inertJson } from './tool-answer.js';

describe('the text of an answer', () => {
  it.each([
    ['tags', '</tool><b>'],
    ['the direction of writing', '\u202e\u2066'],
    ['what is not seen', '\u200b\u00ad\u3164\ufeff'],
    ['text in characters of tags', '\u{e0069}\u{e0067}'],
    ['text in selectors of variants', 'x\ufe00\u{e0100}'],
    ['control characters', '\u0000\u001b\u009b\u2028\n'],
  ])('escapes %s, in names too, and reads back as it was', (_what, text) => {
    const json = inertJson({ [text]: text });
    expect(json).toMatch(/^[\x20-\x3b\x3d\x3f-\x7e]*$/);
    expect(JSON.parse(json)).toEqual({ [text]: text });
  });

  it('leaves all writing as it is', () => {
    for (const text of ['Łukasz O’Connor', '佐々木', 'نور', 'Ελένη', '🎸', '"quoted" \\'])
      expect(inertJson(text)).toBe(JSON.stringify(text));
  });

  it('is at most 32 KiB long, or the tool has failed', () => {
    expect(answerOf({ a: 'x'.repeat(ANSWER_BYTES - 8) }).content[0]?.text).toHaveLength(ANSWER_BYTES);
    expect(() => answerOf({ a: 'x'.repeat(ANSWER_BYTES - 7) })).toThrow('ask for less');
  });
});

describe('the answer for an error', () => {
  it('has at most five of its problems, says how many more there are, and is never long', () => {
    const issues = Array.from({ length: 8 }, (_, index) => ({
      code: 'INPUT_INVALID' as const,
      message: `name: ${'<'.repeat(3000)}`,
      field: '<'.repeat(3000),
      index,
    }));
    const { content, isError } = errorAnswer(RollcallError.ofIssues(issues, 10));
    const text = content[0]?.text ?? '';
    const { error } = JSON.parse(text);
    expect([isError, error.issues.length, error.more_issues]).toEqual([true, 5, 5]);
    expect(error).toMatchObject({ code: 'INPUT_INVALID', index: 0 });
    expect(text.length).toBeLessThan(ANSWER_BYTES);
  });

  it('of anything else is INTERNAL', () => {
    expect(JSON.parse(errorAnswer(new Error('odd')).content[0]?.text ?? '')).toEqual({
      error: { code: 'INTERNAL', message: 'odd' },
    });
  });
});
