import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, type ErrorCode } from './error-codes.js';
import { type ErrorData, type Issue, RollcallError } from './rollcall-error.js';

const code = fc.constantFrom(...(Object.keys(ERROR_CODES) as ErrorCode[]));
const issue = fc.record<Issue, 'code' | 'message'>(
  { code, message: fc.string(), index: fc.nat(), field: fc.string() },
  { requiredKeys: ['code', 'message'] },
);
const data = fc.record<ErrorData, 'code' | 'message' | 'unrecoverable'>(
  {
    code,
    message: fc.string(),
    index: fc.nat(),
    field: fc.string(),
    issues: fc.array(issue),
    more_issues: fc.nat(),
    retry_after: fc.nat(),
    request_id: fc.string(),
    unrecoverable: fc.boolean(),
  },
  { requiredKeys: ['code', 'message', 'unrecoverable'] },
);

describe('an error on the wire', () => {
  it('says the same after the way there and back', () => {
    fc.assert(
      fc.property(data, sent => {
        const wire: unknown = JSON.parse(JSON.stringify(sent));
        expect(RollcallError.fromData(wire).toData()).toEqual(sent);
      }),
    );
  });

  it('loses what the transport added to it', () => {
    const received = { code: 'NOT_FOUND', message: 'no', unrecoverable: true, httpStatus: 404, path: 'a.b' };
    expect(RollcallError.fromData(received).toData()).toEqual({
      code: 'NOT_FOUND',
      message: 'no',
      unrecoverable: true,
    });
  });

  it.each([undefined, null, 'text', 7, {}, { code: 'NO_SUCH_CODE' }, { code: 'toString' }, { code: 7 }])(
    'becomes INTERNAL when it is not one of ours: %j',
    received => {
      const cause = new Error('as the transport saw it');
      const error = RollcallError.fromData(received, cause);
      expect(error).toMatchObject({ code: 'INTERNAL', unrecoverable: false, cause });
    },
  );

  it('says so when it came without a message', () => {
    expect(RollcallError.fromData({ code: 'TASK_NOT_FOUND' }).message).toBe('the server gave no message');
  });
});

describe('a RollcallError', () => {
  it('takes from the table whether repeating the call can help, unless it is told', () => {
    for (const [name, entry] of Object.entries(ERROR_CODES)) {
      expect(new RollcallError(name as ErrorCode, 'x').unrecoverable).toBe(entry.unrecoverable);
    }
    expect(new RollcallError('INTERNAL', 'x', { unrecoverable: true }).unrecoverable).toBe(true);
  });

  it('is the first of its issues, and carries them all', () => {
    const issues: Issue[] = [
      { code: 'USERNAME_TAKEN', message: 'taken', index: 3, field: 'name' },
      { code: 'INPUT_INVALID', message: 'wrong', index: 4, field: 'image' },
    ];
    expect(RollcallError.ofIssues(issues).toData()).toEqual({
      code: 'USERNAME_TAKEN',
      message: 'taken',
      index: 3,
      field: 'name',
      issues,
      unrecoverable: true,
    });
    expect(() => RollcallError.ofIssues([])).toThrow('at least one issue');
  });

  it('lists a hundred of its issues, and says how many more there are', () => {
    const issues = Array.from(
      { length: 101 },
      (_, index): Issue => ({ code: 'INPUT_INVALID', message: 'no', index }),
    );
    expect(RollcallError.ofIssues(issues).toData()).toMatchObject({
      issues: issues.slice(0, 100),
      more_issues: 1,
    });
    expect(RollcallError.ofIssues(issues.slice(1)).toData()).not.toHaveProperty('more_issues');
    // Where only the first have been made.
    expect(RollcallError.ofIssues(issues.slice(0, 100), 25_000).toData()).toMatchObject({
      issues: issues.slice(0, 100),
      more_issues: 24_900,
    });
  });

  it('is an Error with a name, a stack and no fields that were not given', () => {
    const error = new RollcallError('NOT_ALLOWED', 'no');
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe('RollcallError: no');
    expect(Object.keys(error).sort()).toEqual(['code', 'name', 'unrecoverable']);
    expect('cause' in error).toBe(false);
  });
});
