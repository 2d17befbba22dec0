import type { AppSettings, Grant } from '@rollcall/client/server';
import type { SettingsSearch } from './settings-search.js';

/** What somebody may want to do. `grant` is what lets it; without one nobody but a back end may. */
interface Deed {
  words: string;
  grants: readonly Grant[];
  /** It is about somebody else or oneself; false: it is about nobody. */
  about: boolean;
  /** The role within a team counts as well: for users of that team, or for channels of it. */
  inTeam?: 'users' | 'channels';
  /** It reads and changes nothing. */
  reads?: boolean;
  /** What else has to hold. */
  conditions?: readonly string[];
}

const BLOCKS = 'Neither of the two has blocked the other.';

/** What the question can be about. */
export const DEEDS = {
  query: { words: 'find', grants: ['query-users'], about: true, reads: true },
  follow: {
    words: 'follow the events and the presence of',
    grants: ['read-users'],
    about: true,
    reads: true,
  },
  update: {
    words: 'change',
    grants: ['update-any-user'],
    about: true,
    inTeam: 'users',
    conditions: ['Never what only servers write, such as role, teams and bans.'],
  },
  ban: { words: 'ban or unban', grants: ['ban-user'], about: true, inTeam: 'users' },
  list_bans: { words: 'list who is banned', grants: ['ban-user'], about: false, reads: true },
  block: { words: 'block', grants: ['block-user'], about: true },
  channel: {
    words: 'make a channel with',
    grants: ['create-channel'],
    about: true,
    inTeam: 'channels',
    conditions: [BLOCKS, 'It names a team of its own, or none.'],
  },
  message: {
    words: 'send a message to',
    grants: ['send-message'],
    about: true,
    conditions: ['It is a member of the channel.', 'Where the two are alone, neither has blocked the other.'],
  },
  call: { words: 'make a call with', grants: ['create-call'], about: true, conditions: [BLOCKS] },
  activity: { words: 'add an activity', grants: ['add-activity'], about: false },
  activities: { words: 'read the activities of', grants: ['read-activities'], about: true, reads: true },
  delete: { words: 'delete, deactivate or restore', grants: [], about: true },
  promote: { words: 'give a role or a team to', grants: [], about: true },
  administer: { words: 'change settings and roles', grants: [], about: false },
} as const satisfies Record<string, Deed>;

/** Whom it is about. */
export const TARGETS = {
  self: 'itself',
  mate: 'somebody in one of its teams',
  stranger: 'somebody in none of its teams',
  admin: 'an admin in one of its teams',
} as const;

/** May a user with a role do something to somebody? */
export interface MayQuestion {
  role: string;
  /** The role that the user has within the team that it shares with the other; absent: none. */
  team_role?: string;
  deed: keyof typeof DEEDS;
  target: keyof typeof TARGETS;
}

/** The question of an address. What it does not say, or cannot mean, is as usual. */
export function questionOf({ role = 'user', team_role, deed, target }: SettingsSearch): MayQuestion {
  return {
    role,
    ...(team_role !== undefined && { team_role }),
    deed: isKeyOf(DEEDS, deed) ? deed : 'ban',
    target: isKeyOf(TARGETS, target) ? target : 'mate',
  };
}

function isKeyOf<Table extends object>(table: Table, key: string | undefined): key is keyof Table & string {
  return key !== undefined && Object.hasOwn(table, key);
}

/** The answer, why it is so, and what else has to hold where it is yes. */
export interface MayAnswer {
  may: boolean;
  reason: string;
  conditions: string[];
}

/** Answers by roles, grants and settings. What depends on single users is a condition. */
export function mayOf(settings: AppSettings, question: MayQuestion): MayAnswer {
  const { role, target } = question;
  const deed: Deed = DEEDS[question.deed];
  const refusal = refusalOf(settings, question);
  if (refusal !== undefined) return { may: false, reason: refusal, conditions: [] };
  const granted = grantedBy(settings, question);
  if (granted === undefined) {
    const lacking = neededFor(question).map(grant => `\`${grant}\``);
    const reason = `The role \`${role}\`${inheritance(settings, role)} lacks the grant ${lacking.join(' or ')}.`;
    return { may: false, reason: `${reason}${teamHint(deed, question)}`, conditions: [] };
  }
  return { may: true, reason: granted, conditions: conditionsOf(settings, { deed, role, target, question }) };
}

/** What no grant helps against. */
function refusalOf(settings: AppSettings, { role, deed: name, target }: MayQuestion): string | undefined {
  const deed: Deed = DEEDS[name];
  if (deed.grants.length === 0)
    return 'Only a back end may, with a server token. No grant allows it to a user.';
  if (role === 'anonymous' && (!deed.reads || name === 'list_bans'))
    return 'An anonymous caller has no user, so it writes nothing and lists no bans, whatever its grants say.';
  if (!deed.about) return undefined;
  if (role === 'anonymous' && target !== 'stranger')
    return 'An anonymous caller has no user and no team, so there is nobody of that kind for it.';
  if (target === 'self' && (name === 'ban' || name === 'block')) return 'Nobody bans or blocks themselves.';
  if (target === 'self' && (name === 'channel' || name === 'call' || name === 'message')) return undefined;
  if (name === 'ban' && target === 'admin' && role !== 'admin')
    return 'Only a user whose role is `admin` bans an admin.';
  if (settings.multi_tenant_enabled && target === 'stranger' && name !== 'message')
    return 'With several tenants, a user sees and reaches only users who share a team with it; for those without a team, only others without one.';
  return undefined;
}

/** What lets a user do it; undefined where nothing does. */
function grantedBy(settings: AppSettings, question: MayQuestion): string | undefined {
  const { role, team_role: teamRole, target } = question;
  const deed: Deed = DEEDS[question.deed];
  const needed = neededFor(question);
  const own = needed.find(grant => grantsOf(settings, role).includes(grant));
  if (own !== undefined)
    return `The role \`${role}\`${inheritance(settings, role)} has the grant \`${own}\`.`;
  if (question.deed === 'follow' && target === 'self')
    return 'A user hears what is about itself without a grant. Only presence needs `read-users`.';
  if (!deed.inTeam || teamRole === undefined) return undefined;
  if (deed.inTeam === 'users' && target !== 'mate' && target !== 'admin') return undefined;
  const inTeam = deed.grants.find(grant => grantsOf(settings, teamRole).includes(grant));
  if (inTeam === undefined) return undefined;
  return `The role \`${teamRole}\`, which it has within a team,${inheritance(settings, teamRole)} has the grant \`${inTeam}\`. It counts for the ${deed.inTeam} of that team only.`;
}

/** One of these is enough. */
function neededFor({ deed, target }: MayQuestion): readonly Grant[] {
  return deed === 'update' && target === 'self' ? ['update-own-user', 'update-any-user'] : DEEDS[deed].grants;
}

function conditionsOf(
  settings: AppSettings,
  about: { deed: Deed; role: string; target: MayQuestion['target']; question: MayQuestion },
): string[] {
  const { deed, role, target, question } = about;
  const conditions = [...(deed.conditions ?? [])].filter(one => target !== 'self' || one !== BLOCKS);
  const hidden = settings.private_custom_fields;
  if (deed.reads && deed.about && target !== 'self' && hidden.length > 0)
    conditions.push(`Without what is private: ${hidden.map(path => `\`${path}\``).join(', ')}.`);
  if (question.deed === 'update' && target !== 'self' && hidden.length > 0)
    conditions.push('Never the private parts of custom data, nor custom data as a whole.');
  if (question.deed === 'message' && target === 'stranger' && settings.multi_tenant_enabled)
    conditions.push('With several tenants, only a back end brings the two into one channel.');
  // Blocking is open to a banned user, too.
  if (!deed.reads && question.deed !== 'block' && role !== 'anonymous') conditions.push('It is not banned.');
  if (!deed.about && question.deed === 'list_bans' && settings.multi_tenant_enabled)
    conditions.push('It sees those of its own teams.');
  return conditions;
}

/** What a role may do. One that is not listed may do what `user` may. */
export function grantsOf({ grants }: Pick<AppSettings, 'grants'>, role: string): readonly Grant[] {
  return (Object.hasOwn(grants, role) ? grants[role] : grants.user) ?? [];
}

function inheritance({ grants }: AppSettings, role: string): string {
  return Object.hasOwn(grants, role) ? '' : ', which the settings do not list and which is like `user`,';
}

function teamHint({ inTeam }: Deed, { team_role, target }: MayQuestion): string {
  if (!inTeam || (inTeam === 'users' && target === 'self')) return '';
  if (inTeam === 'users' && target === 'stranger') return ' A role within a team counts for its users only.';
  return team_role === undefined
    ? ` A role within a team could have it, for the ${inTeam} of that team.`
    : ` Within the team, \`${team_role}\` lacks it, too.`;
}
