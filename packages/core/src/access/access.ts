import { type AppSettings, DEFAULT_GRANTS, type Grant, RollcallError } from '@rollcall/protocol';

/**
 * The teams that decide whom a caller sees and finds (docs/contract/access.md, `multi_tenant_enabled`): users who share
 * one of them or, if there are none, users without a team. Undefined: everyone.
 */
export type Tenant = readonly string[] | undefined;

/** The tenant of a user in these teams. Undefined if the app has only one tenant. */
export function tenantOf(
  settings: Pick<AppSettings, 'multi_tenant_enabled'>,
  teams: readonly string[],
): Tenant {
  return settings.multi_tenant_enabled ? teams : undefined;
}

/** Whether a user in these teams belongs to a tenant. In SQL it is `JsonDialect.belongsTo`. */
export function belongsTo(tenant: Tenant, teams: readonly string[]): boolean {
  if (tenant === undefined) return true;
  if (tenant.length === 0) return teams.length === 0;
  return teams.some(team => tenant.includes(team));
}

/** What a role may do under the given settings. A role that they do not list may do what `user` may. */
export function grantsOf(settings: Pick<AppSettings, 'grants'>, role: string): readonly Grant[] {
  const { grants } = settings;
  return (Object.hasOwn(grants, role) ? grants[role] : grants.user) ?? DEFAULT_GRANTS.user;
}

/** What the roles that a user has within single teams may do there, by team. */
export function teamGrantsOf(
  settings: Pick<AppSettings, 'grants'>,
  teamsRole: Readonly<Record<string, string>> | undefined,
): ReadonlyMap<string, readonly Grant[]> {
  return new Map(Object.entries(teamsRole ?? {}).map(([team, role]) => [team, grantsOf(settings, role)]));
}

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
