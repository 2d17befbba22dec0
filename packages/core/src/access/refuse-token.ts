import { RollcallError } from '@rollcall/protocol';

/**
 * Refuses a token that has been revoked. Times are epoch milliseconds.
 * @param issuedAt when it was issued; a token that does not say so is refused once any has been revoked.
 * @param revokedBefore tokens that were issued before this time are refused; absent or null: none is.
 * @throws RollcallError `TOKEN_REVOKED`
 */
export function refuseToken(issuedAt: number | undefined, revokedBefore: number | null | undefined): void {
  if (revokedBefore === undefined || revokedBefore === null) return;
  if (issuedAt !== undefined && issuedAt >= revokedBefore) return;
  throw new RollcallError(
    'TOKEN_REVOKED',
    'the token was issued before tokens were revoked; get a fresh one',
  );
}
