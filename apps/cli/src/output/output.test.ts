import { PassThrough } from 'node:stream';
import { RollcallError, type RollcallEvent, type Task, type User } from '@rollcall/protocol';
import { describe, expect, it } from 'vitest';
import { taskLines } from '../tasks/follow-task.js';
import { userCells } from '../users/describe-user.js';
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
  it('lets no text of other people steer the terminal or reverse what stands beside it', () => {
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
  it('says code, message and place on one line', () => {
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

  it('folds a message of several lines, and needs no RollcallError', () => {
    expect(errorLine(new RollcallError('INPUT_INVALID', 'not accepted:\n- one\n  - two'))).toBe(
      'error: INPUT_INVALID not accepted: - one - two',
    );
    expect(errorLine(new Error('EACCES: permission denied'))).toBe('error: EACCES: permission denied');
    expect(errorLine('odd')).toBe('error: odd');
  });
});

describe('describeEvent', () => {
  const base = { created_at: Date.UTC(2026, 0, 1), actor: { type: 'server' } } as const;

  it('says when, what, who, and which paths changed', () => {
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

  it('says how far a task is', () => {
    const task = {
      task_id: 't',
      type: 'users.deactivate',
      progress: { done: 1, total: 3, failed: 0 },
    } as Task;
    expect(describeEvent({ ...base, type: 'task.progress', task })).toBe(
      '2026-01-01T00:00:00.000Z  task.progress  t  users.deactivate 1/3, 0 failed',
    );
  });

  it('stays on one line whatever a user is called', () => {
    const event: RollcallEvent = { ...base, type: 'user.created', user: { ...user, name: 'a\nb\u001b[31m' } };
    expect(describeEvent(event)).not.toMatch(/\p{Cc}/u);
  });
});

describe('userCells', () => {
  it('shows the state that matters most', () => {
    const states = [
      user,
      { ...user, online: false },
      { ...user, banned: true },
      { ...user, banned: true, deactivated_at: 5 },
    ].map(one => userCells(one)[4]);
    expect(states).toEqual(['online', 'offline', 'banned', 'deactivated']);
  });
});

describe('taskLines', () => {
  it('names each user that failed, with the reason', () => {
    const task: Task = {
      task_id: 't',
      type: 'users.deactivate',
      status: 'completed',
      progress: { done: 2, total: 2, failed: 1 },
      created_at: 0,
      updated_at: 0,
      result: {
        users: {
          a: { status: 'done' },
          b: { status: 'failed', error: { code: 'USER_DELETED', message: 'is gone' } },
        },
      },
    };
    expect(taskLines(task)).toEqual([
      't  users.deactivate  completed: 2 of 2 users, 1 failed',
      '  b: USER_DELETED is gone',
    ]);
  });
});

describe('Printer', () => {
  it('prints words to a person and JSON to a program', async () => {
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
