import {
  type AppSettings,
  DEFAULT_GRANTS,
  GRANT_MEANINGS,
  GRANTS,
  type Grant,
  type User,
} from '@rollcall/protocol';
import { userIdSchema } from '@rollcall/protocol/schemas';
import { z } from 'zod';
import { readableTimes } from '../readable-times.js';
import { type Tool, tool } from '../tool.js';
import { ANSWER_BYTES, answerBytes } from '../tool-answer.js';
import { userOf } from './finding.js';

/** More roles than anybody reads, and what their grants may take. */
const LISTED_ROLES = 100;
const GRANTS_BYTES = ANSWER_BYTES / 2;

/** The tools that say who may do what, and how the installation is doing. */
export const ACCESS_TOOLS: readonly Tool[] = [
  tool({
    name: 'get_access_rules',
    title: 'Get roles, grants and settings',
    description:
      'The roles that users can have, what each may do, and the settings of the app. A role without a list of its own may do what "user" may.',
    input: z.strictObject({}),
    run: async (_input, { client }) => {
      const [roles, settings] = await Promise.all([client.listRoles(), client.getAppSettings()]);
      const { grants, ...others } = settings;
      const listed = listedGrants(grants);
      const leftOut = [
        ...leftOf(roles.length - LISTED_ROLES, 'roles'),
        ...leftOf(Object.keys(grants).length - listed.length, 'roles with a list of grants'),
      ];
      return {
        roles: roles.slice(0, LISTED_ROLES).map(({ name }) => name),
        grants: Object.fromEntries(listed),
        ...(leftOut.length > 0 && {
          left_out: `${leftOut.join(', ')}; check_access says what a user of any role may do`,
        }),
        grant_meanings: GRANT_MEANINGS,
        settings: readableTimes(others, ['revoke_tokens_issued_before']),
      };
    },
  }),
  tool({
    name: 'check_access',
    title: 'May this user do that?',
    description: `Says whether the rules let a user do something, and why: ${Object.entries(GRANT_MEANINGS)
      .map(([grant, meaning]) => `"${grant}" ${meaning}`)
      .join(', ')}. Blocks, memberships and tenants decide more about a single other user or channel.`,
    input: z.strictObject({ user_id: userIdSchema, grant: z.enum(GRANTS) }),
    run: async ({ user_id, grant }, { client }) => {
      const [user, settings] = await Promise.all([userOf(client, user_id), client.getAppSettings()]);
      return { user_id, grant, role: user.role, ...accessOf(user, settings, grant) };
    },
  }),
  tool({
    name: 'get_overview',
    title: 'Get statistics',
    description:
      'How the installation is doing: how many users, how many were created on each of the last days and are online, tasks by state, and what an operator should know.',
    input: z.strictObject({}),
    run: async (_input, { client }) => {
      const { process, created, at, ...overview } = await client.getOverview();
      const { events: _events, calls: _calls, since, ...rates } = process;
      return {
        at: new Date(at).toISOString(),
        ...overview,
        created: created.map(({ day, count, more }) => ({
          day: new Date(day).toISOString().slice(0, 10),
          count,
          ...(more && { more }),
        })),
        process: { since: new Date(since).toISOString(), ...rates },
      };
    },
  }),
];

/** As many roles with their grants as an answer has room for. */
function listedGrants(grants: AppSettings['grants']): [string, readonly Grant[]][] {
  let left = GRANTS_BYTES;
  const all = Object.entries(grants);
  const end = all.findIndex(one => {
    left -= answerBytes(one);
    return left < 0;
  });
  return end === -1 ? all : all.slice(0, end);
}

function leftOf(count: number, what: string): string[] {
  return count > 0 ? [`${count} ${what}`] : [];
}

/** A banned user keeps these rights: it can read, and block others. */
const KEPT_BY_THE_BANNED: readonly Grant[] = ['read-users', 'query-users', 'block-user', 'read-activities'];

/** What a role within a team adds there. */
const GIVEN_BY_TEAMS: readonly Grant[] = ['update-any-user', 'ban-user', 'create-channel'];

/** Whether the rules let a user do something, as docs/contract/access.md says it. */
export function accessOf(
  user: User,
  settings: Pick<AppSettings, 'grants'>,
  grant: Grant,
): { allowed: boolean; because: string; only_in_teams?: string[] } {
  const no = (because: string) => ({ allowed: false, because });
  if (user.deleted_at !== undefined) return no('the user is deleted, and cannot call anything');
  if (user.deactivated_at !== undefined) return no('the user is deactivated, and cannot call anything');
  if (user.banned && !KEPT_BY_THE_BANNED.includes(grant)) {
    const until = user.ban_expires === undefined ? '' : ` until ${new Date(user.ban_expires).toISOString()}`;
    return no(`the user is banned${until}, and a banned user cannot write`);
  }
  if (grantsOf(settings, user.role).includes(grant)) {
    return { allowed: true, because: `the role ${user.role} has the grant ${grant}` };
  }
  const teams = GIVEN_BY_TEAMS.includes(grant)
    ? Object.entries(user.teams_role ?? {}).flatMap(([team, role]) =>
        grantsOf(settings, role).includes(grant) ? [team] : [],
      )
    : [];
  if (teams.length === 0) return no(`the role ${user.role} lacks the grant ${grant}`);
  return {
    allowed: true,
    because: `the role ${user.role} lacks the grant ${grant}, and its role within these teams has it there`,
    only_in_teams: teams,
  };
}

function grantsOf({ grants }: Pick<AppSettings, 'grants'>, role: string): readonly Grant[] {
  return (Object.hasOwn(grants, role) ? grants[role] : grants.user) ?? DEFAULT_GRANTS.user;
}
