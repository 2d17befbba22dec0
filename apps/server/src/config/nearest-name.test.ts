import { describe, expect, it } from 'vitest';
import { nearestName } from './nearest-name.js';

const KNOWN = ['ROLLCALL_PORT', 'ROLLCALL_HOST', 'ROLLCALL_SECRET', 'ROLLCALL_DATABASE_URL'];

describe('nearestName', () => {
  it.each([
    ['ROLLCALL_PROT', 'ROLLCALL_PORT'],
    ['ROLLCALL_SECRETS', 'ROLLCALL_SECRET'],
    ['ROLLCALL_DATABASEURL', 'ROLLCALL_DATABASE_URL'],
    ['ROLLCAL_HOSTS', 'ROLLCALL_HOST'],
  ])('takes %s for %s', (written, meant) => {
    expect(nearestName(written, KNOWN)).toBe(meant);
  });

  it('says nothing rather than something far off', () => {
    expect(nearestName('ROLLCALL_DB_URL', KNOWN)).toBeUndefined();
    expect(nearestName('ROLLCALL_PORT', [])).toBeUndefined();
  });
});
