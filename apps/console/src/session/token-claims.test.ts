import { expect, it } from 'vitest';
import { tokenClaims } from './token-claims.js';

const jwt = (claims: object) =>
  ['{"alg":"HS256"}', JSON.stringify(claims), 'signature']
    .map(part => Buffer.from(part).toString('base64url'))
    .join('.');

it('reads what a token says, other scripts included', () => {
  expect(tokenClaims(jwt({ server: true, read_only: true, exp: 12, note: 'Zoë ✓' }))).toEqual({
    server: true,
    read_only: true,
    exp: 12,
    note: 'Zoë ✓',
  });
});

it('takes a secret for what it is: no token', () => {
  for (const secret of ['test:a-secret-of-more-than-thirty-two-bytes', 'a.b', 'a.b.c', 'a.bnVsbA.c', ''])
    expect(tokenClaims(secret)).toBeUndefined();
});
