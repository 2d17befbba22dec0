import { type AppSettings, DEFAULT_GRANTS, type Grant } from '@rollcall/protocol';

/** What a role may do under the given settings; a role that they do not list may do what `user` may. */
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
