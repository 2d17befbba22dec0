import type { Tenant } from '../access/tenancy.js';
import type { Transaction } from '../database/unit-of-work.js';
import { readSettings } from '../settings/settings.js';
import { findUsers } from '../users/find-users.js';
import type { Viewer } from './viewer.js';

/** Whom a viewer of content sees now: a back end everybody, a user its own tenant, one who is unknown nobody with a team. */
export async function tenantOfViewer(transaction: Transaction, viewer: Viewer): Promise<Tenant> {
  if (viewer.kind === 'server') return undefined;
  const settings = await readSettings(transaction);
  if (!settings.multi_tenant_enabled) return undefined;
  return (await findUsers(transaction, [viewer.userId])).get(viewer.userId)?.teams ?? [];
}
