import type { AppSettings, Grant } from '@rollcall/protocol';
import { grantsOf, type Tenant, teamGrantsOf, tenantOf } from '../access/access.js';
import type { Evidence } from '../access/judge.js';
import type { Principal } from '../access/tokens.js';
import { BatchedLoader } from '../database/batched-loader.js';
import type { Transaction, UnitOfWork } from '../database/unit-of-work.js';
import { readSettings } from '../settings/settings.js';
import type { SettingsMemory } from '../settings/settings-memory.js';
import { findUsers } from './find-users.js';
import type { UserRow } from './model/user-table.js';
import { findTombstones } from './tombstones.js';

/** What a principal is judged by, what it may do and whom it sees, all of one moment. */
export interface Access extends Evidence {
  user?: UserRow;
  /** What the user's role within a team adds there, by team. */
  teamGrants: ReadonlyMap<string, readonly Grant[]>;
  tenant: Tenant;
  /** The setting `private_custom_fields`: what the principal does not see of others. */
  privatePaths: readonly string[];
}

/** What is stored about a principal. */
interface Stored {
  settings: AppSettings;
  user?: UserRow;
  erased: boolean;
}

/**
 * Reads the access of principals. All who ask at the same moment share one read. What a server may do depends on the
 * settings alone, so it costs no read.
 */
export class AccessLoader {
  readonly #settings: SettingsMemory;
  readonly #stored: BatchedLoader<string | undefined, Stored>;

  constructor(unitOfWork: UnitOfWork, settings: SettingsMemory) {
    this.#settings = settings;
    this.#stored = new BatchedLoader(takeUserIds =>
      unitOfWork.read(transaction => readStored(transaction, takeUserIds())),
    );
  }

  /**
   * The access of a principal as it is now. A server's is by settings that another process may have changed within the last
   * half a second.
   */
  async load(principal: Principal): Promise<Access> {
    if (principal.kind === 'server') {
      return accessOf(principal, { settings: await this.#settings.get(), erased: false });
    }
    const stored = await this.#stored.load(principal.kind === 'user' ? principal.userId : undefined);
    return accessOf(principal, stored);
  }
}

/** @param userIds undefined stands for a principal that has no user. */
async function readStored(
  transaction: Transaction,
  userIds: readonly (string | undefined)[],
): Promise<(userId: string | undefined) => Stored> {
  const ids = userIds.filter(id => id !== undefined);
  const settings = await readSettings(transaction);
  const users = await findUsers(transaction, ids);
  const unknown = ids.filter(id => !users.has(id));
  const erased = await findTombstones(transaction, unknown);
  return id =>
    id === undefined
      ? { settings, erased: false }
      : { settings, user: users.get(id), erased: erased.has(id) };
}

function accessOf(principal: Principal, { settings, user, erased }: Stored): Access {
  const role = principal.kind === 'anonymous' ? 'anonymous' : user?.role;
  return {
    ...(user && { user }),
    erased,
    revokedBefore: settings.revoke_tokens_issued_before,
    grants: role === undefined ? [] : grantsOf(settings, role),
    teamGrants: teamGrantsOf(settings, user?.teams_role),
    tenant: tenantOf(settings, user?.teams ?? []),
    privatePaths: settings.private_custom_fields,
  };
}
