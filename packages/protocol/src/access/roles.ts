import type { Time } from '../users/user-fields.js';

/** What a role can be allowed to do (docs/contract/access.md). Grants do not limit server tokens. */
export const GRANTS = [
  'read-users',
  'query-users',
  'update-own-user',
  'update-any-user',
  'ban-user',
  'block-user',
  'create-channel',
  'send-message',
  'create-call',
  'add-activity',
  'read-activities',
] as const;

/** One thing that a role can be allowed to do. */
export type Grant = (typeof GRANTS)[number];

/** The roles that always exist. They cannot be deleted. */
export const BUILT_IN_ROLES = ['user', 'admin', 'guest', 'anonymous'] as const;

const CONTENT: Grant[] = ['create-channel', 'send-message', 'create-call', 'add-activity', 'read-activities'];

const OWN: Grant[] = ['read-users', 'query-users', 'update-own-user', 'block-user', ...CONTENT];

/** What the built-in roles may do until the setting `grants` says otherwise. */
export const DEFAULT_GRANTS: Record<(typeof BUILT_IN_ROLES)[number], Grant[]> = {
  user: OWN,
  admin: [...OWN, 'update-any-user', 'ban-user'],
  guest: OWN,
  anonymous: [],
};

/** A role that users can have. */
export interface Role {
  name: string;
  built_in: boolean;
  /** Absent for built-in roles. */
  created_at?: Time;
}
