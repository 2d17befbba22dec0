import { type AppSettings, DEFAULT_GRANTS, type Grant } from '@rollcall/protocol';

/**
 * The teams that decide whom a caller sees and finds (docs/contract/access.md, `multi_tenant_enabled`): users who share
 * one of them; if the list is empty, users without a team. Undefined: everyone.
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
