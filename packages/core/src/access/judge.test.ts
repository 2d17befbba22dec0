import { describe, expect, it } from 'vitest';
import { type Entrance, type Evidence, judge, judgeExpiry } from './judge.js';
import type { Principal } from './tokens.js';

const ENTRANCES: Entrance[] = ['call', 'connection', 'connect'];
const REVOKED_AT = 1000;

const nothing: Evidence = { erased: false, revokedBefore: null, grants: [] };
const stored: Evidence = { ...nothing, user: {} };

/** The code and the field of the refusal at each entrance; undefined where the principal is let in. */
function verdicts(principal: Principal, evidence: Evidence) {
  const of = (entrance: Entrance) => {
    const refusal = judge(principal, evidence, entrance);
    return refusal && [refusal.code, refusal.field].filter(Boolean).join(' ');
  };
  return Object.fromEntries(ENTRANCES.map(entrance => [entrance, of(entrance)]));
}

const everywhere = (verdict: string | undefined) => ({
  call: verdict,
  connection: verdict,
  connect: verdict,
});
const jane = (issuedAt?: number): Principal => ({ kind: 'user', userId: 'jane', issuedAt });

describe('a user', () => {
  it('is let in everywhere', () => {
    expect(verdicts(jane(), stored)).toEqual(everywhere(undefined));
  });

  it('who does not exist yet may connect and be created, and may not call', () => {
    expect(verdicts(jane(), nothing)).toEqual({ ...everywhere(undefined), call: 'USER_NOT_FOUND' });
  });

  it('who was erased is refused everywhere; only the call that names the id names the field', () => {
    const erased = { ...nothing, erased: true };
    expect(verdicts(jane(), erased)).toEqual({ ...everywhere('USER_DELETED'), connect: 'USER_DELETED id' });
  });

  it('who was deleted, but not erased, is refused everywhere', () => {
    const deleted = { ...nothing, user: { deleted_at: 5, deactivated_at: 5 } };
    expect(verdicts(jane(), deleted)).toEqual(everywhere('USER_DELETED id'));
  });

  it('who is deactivated is refused everywhere', () => {
    const deactivated = { ...nothing, user: { deactivated_at: 5 } };
    expect(verdicts(jane(), deactivated)).toEqual(everywhere('USER_DEACTIVATED id'));
  });
});

describe('a revoked token', () => {
  const app = { ...stored, revokedBefore: REVOKED_AT };

  it.each([
    ['of the user', { ...nothing, user: { revoke_tokens_issued_before: REVOKED_AT } }],
    ['of the whole app', app],
  ])('%s is refused everywhere when it was issued earlier or does not say when', (_, evidence) => {
    expect(verdicts(jane(REVOKED_AT - 1), evidence)).toEqual(everywhere('TOKEN_REVOKED'));
    expect(verdicts(jane(undefined), evidence)).toEqual(everywhere('TOKEN_REVOKED'));
    expect(verdicts(jane(REVOKED_AT), evidence)).toEqual(everywhere(undefined));
  });

  it('of the whole app is refused before anything is said about the user', () => {
    for (const user of [undefined, { deleted_at: 5 }, { deactivated_at: 5 }]) {
      const evidence = { ...app, user, erased: !user };
      expect(verdicts(jane(), evidence)).toEqual(everywhere('TOKEN_REVOKED'));
    }
  });

  it('of the user is not mentioned when the user is deleted or deactivated', () => {
    const revoked = { revoke_tokens_issued_before: REVOKED_AT };
    const deactivated = { ...nothing, user: { ...revoked, deactivated_at: 5 } };
    expect(verdicts(jane(), deactivated)).toEqual(everywhere('USER_DEACTIVATED id'));
    const deleted = { ...nothing, user: { ...revoked, deleted_at: 5 } };
    expect(verdicts(jane(), deleted)).toEqual(everywhere('USER_DELETED id'));
  });
});

describe('a server token', () => {
  it('is refused only when the tokens of the whole app were revoked after it was issued', () => {
    const app = { ...nothing, revokedBefore: REVOKED_AT };
    expect(verdicts({ kind: 'server' }, nothing)).toEqual(everywhere(undefined));
    expect(verdicts({ kind: 'server' }, app)).toEqual(everywhere('TOKEN_REVOKED'));
    expect(verdicts({ kind: 'server', issuedAt: REVOKED_AT - 1 }, app)).toEqual(everywhere('TOKEN_REVOKED'));
    expect(verdicts({ kind: 'server', issuedAt: REVOKED_AT }, app)).toEqual(everywhere(undefined));
  });
});

describe('an anonymous principal', () => {
  it('may call, and may stay connected only where its role reads users', () => {
    const refused = { ...everywhere(undefined), connection: 'NOT_ALLOWED' };
    expect(verdicts({ kind: 'anonymous' }, nothing)).toEqual(refused);
    const others: Evidence = { ...nothing, grants: ['query-users'] };
    expect(verdicts({ kind: 'anonymous' }, others)).toEqual(refused);
    const reader: Evidence = { ...nothing, grants: ['read-users'] };
    expect(verdicts({ kind: 'anonymous' }, reader)).toEqual(everywhere(undefined));
  });

  it('has no token that could be revoked', () => {
    const reader: Evidence = { ...nothing, grants: ['read-users'], revokedBefore: REVOKED_AT };
    expect(verdicts({ kind: 'anonymous' }, reader)).toEqual(everywhere(undefined));
  });
});

describe('the expiry of a token', () => {
  it('is the first moment at which the token is refused', () => {
    const until = (expiresAt?: number): Principal => ({ kind: 'server', expiresAt });
    expect(judgeExpiry(until(2000), 1999)).toBeUndefined();
    expect(judgeExpiry(until(2000), 2000)).toMatchObject({ code: 'TOKEN_EXPIRED' });
    expect(judgeExpiry(until(undefined), 2000)).toBeUndefined();
  });
});
