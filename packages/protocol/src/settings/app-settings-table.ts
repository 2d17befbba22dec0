import { DEFAULT_GRANTS } from '../access/roles.js';
import { LIMITS } from '../limits.js';
import type { AppSettings } from './app-settings.js';

/** One setting of the app, for those who change it. */
export interface AppSettingRule<Value> {
  /** What it holds until somebody changes it. */
  default: Value;
  /** What it does. */
  does: string;
  /** What a change brings along or takes. */
  cost?: string;
}

/**
 * The one table of the settings of the app. Their defaults, the table in docs/contract/access.md and the words of the console
 * come from it.
 */
export const APP_SETTINGS: { [Name in keyof AppSettings]: AppSettingRule<AppSettings[Name]> } = {
  enforce_unique_usernames: {
    default: 'no',
    does: 'Says where a name may exist only once: nowhere (`no`), in the app (`app`), or within each team (`team`).',
    cost: 'It judges later writes only. Users who share a name already keep it.',
  },
  private_custom_fields: {
    default: [],
    does: `Names the parts of custom data that only the user itself and servers see, ${LIMITS.privateCustomFields} at most.`,
    cost: 'Users who are connected are asked to reconnect.',
  },
  indexed_custom_fields: {
    default: [],
    does: `Names the parts of custom data that get an index, ${LIMITS.indexedCustomFields} at most: filters and sorts by them are fast.`,
    cost: 'Making an index reads every user once, while everybody works on: some ten seconds for each million users on an embedded database. From then on each write of such a part costs a little more. Taking a path out removes its index.',
  },
  max_custom_bytes: {
    default: LIMITS.customBytes,
    does: 'Limits the custom data of one user, in bytes as JSON: 1,024–15,360.',
    cost: 'Users who have more keep it. Their next change of custom data has to fit.',
  },
  guests_enabled: {
    default: null,
    does: 'Says whether guests may come in without a token. With null they may in development, and may not in production.',
    cost: 'Where guests are let in, everybody who reaches the server may make a user.',
  },
  multi_tenant_enabled: {
    default: false,
    does: 'With it users see and find only users who share a team with them, and users without teams see each other.',
    cost: 'Users without a team lose sight of all who have one. Users who are connected are asked to reconnect.',
  },
  event_retention_days: {
    default: 30,
    does: 'Says for how many days events are kept, 1–3,650: so far back reach histories, and listeners who were away.',
    cost: 'Events that are older go for ever, within an hour.',
  },
  task_retention_days: {
    default: 30,
    does: 'Says for how many days tasks that have ended are kept, with their results, 1–3,650.',
    cost: 'Tasks that ended before go for ever, within an hour.',
  },
  purge_deleted_users_days: {
    default: null,
    does: 'Says after how many days soft-deleted users are hard-deleted, with all their content, 1–3,650. With null they never are.',
    cost: 'Those who have been deleted for longer are erased within an hour. Nothing brings them back.',
  },
  revoke_tokens_issued_before: {
    default: null,
    does: 'Refuses every token of the app, server tokens too, that was issued before this time. Only `revokeTokens` sets it.',
  },
  grants: {
    default: DEFAULT_GRANTS,
    does: 'Says what each role may do. A role that is not listed has the grants of `user`.',
    cost: 'It holds from the next call on. Live connections of the users with that role are closed and come back by themselves.',
  },
};

/** The settings of an app in which nobody has changed any. */
export const DEFAULT_APP_SETTINGS = Object.fromEntries(
  Object.entries(APP_SETTINGS).map(([name, rule]) => [name, rule.default]),
) as unknown as AppSettings;
