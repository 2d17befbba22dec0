import type { AppSettings } from '@rollcall/protocol';

/**
 * Whom somebody sees and finds (SPEC section 10, `multi_tenant_enabled`): those who share one of these teams; with none,
 * those who have none either. Undefined: everybody.
 */
export type Tenant = readonly string[] | undefined;

/** The tenant of somebody in these teams; everybody where the app has only one tenant. */
export function tenantOf(
  settings: Pick<AppSettings, 'multi_tenant_enabled'>,
  teams: readonly string[],
): Tenant {
  return settings.multi_tenant_enabled ? teams : undefined;
}

/** Whether a user in these teams belongs to a tenant. `JsonDialect.belongsTo` says the same in SQL. */
export function belongsTo(tenant: Tenant, teams: readonly string[]): boolean {
  if (tenant === undefined) return true;
  if (tenant.length === 0) return teams.length === 0;
  return teams.some(team => tenant.includes(team));
}
