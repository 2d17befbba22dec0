import type { ServerClient } from '@rollcall/client/server';
import { queryOptions } from '@tanstack/react-query';

/** The settings of the app. */
export function settingsQuery(client: ServerClient) {
  return queryOptions({ queryKey: ['settings'], queryFn: () => client.getAppSettings() });
}

/** The roles that users can have, built-in ones first. */
export function rolesQuery(client: ServerClient) {
  return queryOptions({ queryKey: ['roles'], queryFn: () => client.listRoles() });
}
