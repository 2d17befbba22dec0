import { RollcallError } from '@rollcall/protocol';
import { describe, expect, it } from 'vitest';
import { parseCell, parseColumns } from './csv-columns.js';

function cell(name: string, text: string, asText = false) {
  const column = parseColumns(name === 'id' ? ['id'] : ['id', name]).at(-1);
  if (!column) throw new Error('no column');
  return parseCell(column, text, { asText });
}

describe('parseColumns', () => {
  it('distinguishes built-in fields, read-only fields and custom data', () => {
    expect(parseColumns([' id ', 'teams', 'updated_at', 'plan', 'custom.plan2', 'address.city'])).toEqual([
      { kind: 'text', name: 'id' },
      { kind: 'list', name: 'teams' },
      { kind: 'ignored', name: 'updated_at' },
      { kind: 'custom', name: 'plan', path: ['plan'] },
      { kind: 'custom', name: 'custom.plan2', path: ['plan2'] },
      { kind: 'custom', name: 'address.city', path: ['address', 'city'] },
    ]);
  });

  it('accepts custom data that is named like a built-in field', () => {
    expect(parseColumns(['id', 'custom.name']).at(-1)).toMatchObject({ kind: 'custom', path: ['name'] });
  });

  it.each([
    [['name'], 'id'],
    [['id', 'plan', 'custom.plan'], 'twice'],
    [['id', 'address', 'address.city'], 'holds this one'],
    [['id', 'custom', 'plan', 'custom.age'], 'holds this one'],
    [['id', ''], 'must not be empty'],
    [['id', 'first name'], 'no dots, spaces'],
    [['id', '__proto__.polluted'], 'reserved'],
    [['id', 'privacy_settings.read_receipts'], 'cannot hold a part'],
  ])('refuses the header %j and says why', (header, reason) => {
    expect(() => parseColumns(header)).toThrow(RollcallError);
    expect(() => parseColumns(header)).toThrow(reason);
  });
});

describe('parseCell', () => {
  it('reads an empty cell as an absent field, in every column', () => {
    for (const name of ['id', 'name', 'teams', 'banned', 'custom', 'ban_expires', 'plan']) {
      expect(cell(name, '')).toBeUndefined();
    }
  });

  it('gives a custom cell a type only when the value would be written the same way again', () => {
    const typed = { true: true, false: false, '41': 41, '-7': -7, '1.5': 1.5, '0': 0 };
    for (const [text, value] of Object.entries(typed)) expect(cell('plan', text)).toBe(value);
    const kept = ['007', '1.50', '+4', '1e3', '1e+21', '-0', '.5', '5.', 'NaN'];
    for (const text of [...kept, 'True', ' 41', '[1]', '{"a":1}', 'null'])
      expect(cell('plan', text)).toBe(text);
  });

  it('refuses a number that cannot be held, as JSON does, unless it is to be text', () => {
    expect(() => cell('plan', '12345678901234567890')).toThrow(
      /^plan: the number 12345678901234567890 has more/,
    );
    expect(() => cell('plan', '1e400')).toThrow(/^plan: the number 1e400 is larger than a number can be/);
  });

  it('keeps custom cells as text when asked to', () => {
    expect(cell('plan', '41', true)).toBe('41');
    expect(cell('plan', 'true', true)).toBe('true');
  });

  it('never turns an id or a name into a number', () => {
    expect(cell('id', '41')).toBe('41');
    expect(cell('name', '7')).toBe('7');
    expect(cell('language', 'true')).toBe('true');
  });

  it('splits teams at semicolons', () => {
    expect(cell('teams', 'berlin; design;;sales ')).toEqual(['berlin', 'design', 'sales']);
  });

  it('reads flags in any case, and names the column when it refuses anything else', () => {
    expect([cell('banned', 'TRUE'), cell('invisible', 'false')]).toEqual([true, false]);
    expect(() => cell('banned', 'yes')).toThrow('banned: must be true or false, not "yes"');
    expect(() => cell('banned', 'constructor')).toThrow('banned: must be true or false');
  });

  it('reads JSON objects, and refuses other JSON', () => {
    expect(cell('teams_role', '{"berlin":"admin"}')).toEqual({ berlin: 'admin' });
    expect(() => cell('custom', '[1]')).toThrow('custom: must be a JSON object');
    expect(() => cell('custom', '{')).toThrow('custom: must be a JSON object');
  });

  it('passes a time on in the forms that the server accepts: milliseconds or ISO 8601', () => {
    expect(cell('ban_expires', '1767225600000')).toBe(1_767_225_600_000);
    expect(cell('ban_expires', '2026-01-01T00:00:00Z')).toBe('2026-01-01T00:00:00Z');
  });
});
