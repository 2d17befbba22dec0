/** The parts of the page of a user, and what they are called. */
export const TABS = {
  profile: 'Profile',
  custom: 'Custom data',
  history: 'History',
  content: 'Content',
  devices: 'Devices & blocks',
  access: 'Access',
} as const;

/** The part that the address says; the first one where it says none. */
export function readUserSearch({ tab }: Record<string, unknown>): { tab?: keyof typeof TABS } {
  return typeof tab === 'string' && Object.hasOwn(TABS, tab) ? { tab: tab as keyof typeof TABS } : {};
}
