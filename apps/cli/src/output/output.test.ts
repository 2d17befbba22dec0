import { PassThrough } from 'node:stream';
import { RollcallError, type RollcallEvent, type Task, type User } from '@rollcall/protocol';
import { describe, expect, it } from 'vitest';
import { describeEvent } from './describe-event.js';
import { errorLine } from './error-line.js';
import { Printer } from './printer.js';
import { alignCells, columnsOf, terminalText } from './terminal-text.js';

const user: User = {
  id: 'jane',
  name: 'Jane',
  role: 'user',
  teams: ['a', 'b'],
  custom: {},
  invisible: false,
  banned: false,
  online: true,
  created_at: 0,
  updated_at: 1000,
  revision: 1,
};

describe('terminalText', () => {
  it('keeps a text from steering the terminal or reversing the text beside it', () => {
    expect(terminalText('a\u001b[2Jb\u009bc\u202ed\ne')).toBe('a�[2Jb�c�d�e');
    expect(terminalText('نور Ελένη 佐々木 🎸')).toBe('نور Ελένη 佐々木 🎸');
  });
});

describe('alignCells', () => {
  it('counts wide characters as two columns and combining marks as none', () => {
    expect(['abc', '佐々木', '김', 'e\u0301', '🎸'].map(columnsOf)).toEqual([3, 6, 2, 1, 2]);
    expect(
      alignCells([
        ['佐々木', 'x'],
        ['ab', 'y'],
      ]),
    ).toEqual(['佐々木  x', 'ab      y']);
  });
});

describe('errorLine', () => {
  it('puts code, message and place on one line', () => {
    expect(errorLine(new RollcallError('USERNAME_TAKEN', 'this name is taken', { field: 'name' }))).toBe(
      'error: USERNAME_TAKEN this name is taken (field name)',
    );
    expect(errorLine(new RollcallError('INPUT_INVALID', 'id: is required', { field: 'id', index: 2 }))).toBe(
      'error: INPUT_INVALID id: is required (user 3 of the batch)',
    );
    expect(errorLine(new RollcallError('RATE_LIMITED', 'too many calls', { retry_after: 7 }))).toBe(
      'error: RATE_LIMITED too many calls (try again in 7 s)',
    );
  });

  it('joins the lines of a message, and accepts errors that are not a RollcallError', () => {
    expect(errorLine(new RollcallError('INPUT_INVALID', 'not accepted:\n- one\n  - two'))).toBe(
      'error: INPUT_INVALID not accepted: - one - two',
    );
    const denied = Object.assign(new Error('EACCES: permission denied'), {
      code: 'EACCES',
      path: '/x/users.csv',
    });
    expect(errorLine(denied)).toBe(
      'error: INPUT_INVALID /x/users.csv cannot be opened: this user may not; check the permissions of the file and of its folder (EACCES)',
    );
    expect(errorLine('odd')).toBe('error: INTERNAL odd (ROLLCALL_DEBUG=1 shows where)');
  });
});

describe('describeEvent', () => {
  const base = { created_at: Date.UTC(2026, 0, 1), actor: { type: 'server' } } as const;

  it('shows time, type, subject, and the paths that changed', () => {
    const event: RollcallEvent = {
      ...base,
      id: 'e.1',
      type: 'user.updated',
      user,
      changes: { role: { before: 'user', after: 'admin' }, 'custom.age': { after: 3 } },
      matched: { before: true, after: false },
    };
    expect(describeEvent(event)).toBe(
      '2026-01-01T00:00:00.000Z  user.updated  jane "Jane"  changed: role, custom.age  no longer matches the filter',
    );
  });

  it('shows the progress of a task', () => {
    const task = {
      task_id: 't',
      type: 'users.deactivate',
      progress: { done: 1, total: 3, failed: 0 },
    } as Task;
    expect(describeEvent({ ...base, type: 'task.progress', task })).toBe(
      '2026-01-01T00:00:00.000Z  task.progress  t  users.deactivate 1/3, 0 failed',
    );
  });

  it('stays on one line for any name of a user', () => {
    const event: RollcallEvent = { ...base, type: 'user.created', user: { ...user, name: 'a\nb\u001b[31m' } };
    expect(describeEvent(event)).not.toMatch(/\p{Cc}/u);
  });
});

describe('Printer', () => {
  it('prints words for a person and JSON for a program', async () => {
    const pipe = new PassThrough();
    await new Printer(pipe).show({ a: 1 }, () => ['one']);
    expect(String(pipe.read())).toBe('{"a":1}\n');
    const terminal = Object.assign(new PassThrough(), { isTTY: true });
    await new Printer(terminal).show({ a: 1 }, () => ['one', 'two']);
    await new Printer(terminal, { json: true }).show({ a: 1 }, () => ['one']);
    expect(String(terminal.read())).toBe('one\ntwo\n{"a":1}\n');
  });

  it('waits for a slow reader', async () => {
    const pipe = new PassThrough({ highWaterMark: 4 });
    const printer = new Printer(pipe);
    let printed = false;
    const printing = printer.line('longer than the buffer').then(() => {
      printed = true;
    });
    await new Promise(setImmediate);
    expect(printed).toBe(false);
    pipe.resume();
    await printing;
    expect(printed).toBe(true);
  });
});
