/** All of the view of the settings, as its address holds it. */
export interface SettingsSearch {
  /** The setting, or the section, that is in view. */
  at?: string;
  /** The question what a role may do (`may.ts` reads it). */
  role?: string;
  team_role?: string;
  deed?: string;
  target?: string;
}

/** Reads an address. What it cannot mean is left out. This is in the first load, so it knows no table of the page. */
export function readSettingsSearch(given: Record<string, unknown>): SettingsSearch {
  const { at, role, team_role, deed, target } = given;
  const search: SettingsSearch = {};
  if (isName(at)) search.at = at;
  if (isRole(role)) search.role = String(role);
  if (isRole(team_role)) search.team_role = String(team_role);
  if (isName(deed)) search.deed = deed;
  if (isName(target)) search.target = target;
  return search;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z_]+$/.test(value);
}

/** A role that looks like a number comes out of the address as one. */
function isRole(value: unknown): value is string | number {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}
