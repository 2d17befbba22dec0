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

/** What each grant allows, as an end of the sentence "this role is allowed". */
export const GRANT_MEANINGS: Record<Grant, string> = {
  'read-users': 'to follow the events and the presence of other users',
  'query-users': 'to query users',
  'update-own-user': 'to change the own user',
  'update-any-user': 'to change other users',
  'ban-user': 'to ban users and to list bans',
  'block-user': 'to block users',
  'create-channel': 'to make channels',
  'send-message': 'to send and change messages, and to react to them',
  'create-call': 'to make calls',
  'add-activity': 'to add activities',
  'read-activities': 'to read activities',
};

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
