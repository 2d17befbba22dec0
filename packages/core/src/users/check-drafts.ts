import {
  type AppSettings,
  BUILT_IN_ROLES,
  customSizeProblem,
  type Issue,
  type UsernameScope,
} from '@rollcall/protocol';
import sql from 'sql-template-tag';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { jsonEqual } from '../json/json-values.js';
import { normaliseUsername } from './model/derived-columns.js';
import type { UserDraft } from './model/user-changes.js';
import type { UserRow } from './model/user-table.js';

/**
 * Checks a batch of changes against the stored data and the settings, and answers with everything that is wrong. No user
 * is blamed for another one: the users who are not named could be written without those who are.
 * @param batch the drafts, and what has been found wrong with the batch before.
 */
export async function draftIssues(
  transaction: WriteTransaction,
  settings: AppSettings,
  { drafts, found }: { drafts: readonly UserDraft[]; found: readonly Issue[] },
): Promise<Issue[]> {
  const issues = [...sizeIssues(settings, drafts), ...(await checkRoles(transaction, drafts))];
  const refused = new Set([...found, ...issues].map(issue => issue.index));
  const scope = settings.enforce_unique_usernames;
  return [...issues, ...(await checkUsernames(transaction, scope, { drafts, refused }))];
}

/**
 * Checks the size of custom data that changes. Unchanged data is not measured, so a lowered limit does not lock users
 * who exceed it.
 */
function sizeIssues(settings: AppSettings, drafts: readonly UserDraft[]): Issue[] {
  return drafts.flatMap(({ index, before, after }): Issue[] => {
    if (before && JSON.stringify(before.custom) === JSON.stringify(after.custom)) return [];
    const problem = customSizeProblem(after.custom, settings.max_custom_bytes);
    return problem
      ? [{ code: 'INPUT_INVALID', index, ...problem, message: `custom: ${problem.message}` }]
      : [];
  });
}

/** Reports roles that do not exist, and locks the roles that do until this transaction ends. */
async function checkRoles(transaction: WriteTransaction, drafts: readonly UserDraft[]): Promise<Issue[]> {
  const named = drafts.flatMap(({ index, after }) => [
    { index, field: 'role', role: after.role },
    ...Object.entries(after.teams_role ?? {}).map(([team, role]) => ({
      index,
      field: `teams_role.${team}`,
      role,
    })),
  ]);
  const custom = named.filter(({ role }) => !(BUILT_IN_ROLES as readonly string[]).includes(role));
  if (custom.length === 0) return [];
  const { dialect } = transaction;
  const wanted = [...new Set(custom.map(({ role }) => role))];
  const rows = await transaction.query(
    sql`SELECT name FROM roles WHERE name IN (${dialect.values(wanted)})${dialect.forShare}`,
  );
  const existing = new Set(rows.map(row => row.name));
  return custom
    .filter(({ role }) => !existing.has(role))
    .map(({ index, field, role }) => ({
      code: 'ROLE_NOT_FOUND',
      index,
      field,
      message: `${field}: there is no role "${role}"; create it with createRole first`,
    }));
}

/** A user that holds a name, and its teams. */
interface Holder {
  id: string;
  teams: readonly string[];
  /** Of a user in the batch: its draft, and whether this is the name that it has before or after. */
  draft?: { of: UserDraft; state: 'before' | 'after' };
}

/**
 * Enforces unique usernames (docs/contract/usernames.md). It checks the state after the whole batch, so two users can
 * swap names. It checks only users whose name changes (or whose teams change, if teams matter), and users who come back
 * from deletion. The rule holds only from now on: an existing duplicate may be written as long as it keeps its name.
 *
 * Writers of one name wait for each other from here until they commit, so exactly one of two concurrent writers
 * succeeds.
 * @param batch `refused`: the indexes of the users who will not be written. They keep the names that they have, and take
 * no others.
 */
async function checkUsernames(
  transaction: WriteTransaction,
  scope: UsernameScope,
  { drafts, refused }: { drafts: readonly UserDraft[]; refused: ReadonlySet<number | undefined> },
): Promise<Issue[]> {
  if (scope === 'no') return [];
  const claims = new Set(
    drafts.filter(draft => usernameOf(draft.after) !== undefined && claimsName(draft, scope)),
  );
  if (claims.size === 0) return [];
  const keys = [...new Set([...claims].flatMap(({ after }) => usernameOf(after) ?? []))].sort();
  await transaction.lock(keys.map(key => `username:${key}`));
  const holders = await holdersOf(transaction, keys, drafts);

  const lost = new Set(drafts.filter(draft => refused.has(draft.index)));
  const holds = (rival: Holder, claim: UserDraft) => {
    if (!rival.draft) return true;
    const { of, state } = rival.draft;
    if (lost.has(of)) return state === 'before';
    // If two users of one batch claim the same name, the first keeps it and the second is the error.
    return state === 'after' && !(claims.has(of) && of.index > claim.index);
  };
  const isTaken = (claim: UserDraft) =>
    (holders.get(usernameOf(claim.after) ?? '') ?? []).some(
      rival => rival.id !== claim.after.id && holds(rival, claim) && meet(scope, rival, claim),
    );
  const taken = new Set<UserDraft>();
  // Who is refused keeps a name that somebody else may have counted on, so it goes on until nobody is added.
  const refuse = () => {
    for (let known = -1; known < taken.size; ) {
      known = taken.size;
      for (const claim of claims) {
        if (taken.has(claim) || !isTaken(claim)) continue;
        taken.add(claim);
        lost.add(claim);
      }
    }
  };
  refuse();
  // Who stood back for one that was refused in the end is let in, one at a time: the next may want the same name.
  for (const claim of [...taken].sort((a, b) => a.index - b.index)) {
    if (refused.has(claim.index) || isTaken(claim)) continue;
    taken.delete(claim);
    lost.delete(claim);
    refuse();
  }
  return [...taken].filter(isTaken).map(draft => takenIssue(draft, scope));
}

function claimsName({ before, after }: UserDraft, scope: UsernameScope): boolean {
  if (!before || before.name !== after.name) return true;
  if (before.deleted_at !== undefined && after.deleted_at === undefined) return true;
  return scope === 'team' && !jsonEqual(before.teams, after.teams);
}

function meet(scope: UsernameScope, rival: Holder, { after }: UserDraft): boolean {
  if (scope === 'app') return true;
  if (rival.teams.length === 0 || after.teams.length === 0) return rival.teams.length === after.teams.length;
  return rival.teams.some(team => after.teams.includes(team));
}

async function holdersOf(
  transaction: WriteTransaction,
  keys: readonly string[],
  drafts: readonly UserDraft[],
): Promise<Map<string, Holder[]>> {
  const { dialect } = transaction;
  const holders = new Map<string, Holder[]>();
  const add = (key: string, holder: Holder) => holders.set(key, [...(holders.get(key) ?? []), holder]);

  const inBatch = new Set(drafts.map(draft => draft.after.id));
  const stored = await transaction.query(
    sql`SELECT id, name_key, teams FROM users WHERE name_key IN (${dialect.values(keys)}) AND deleted_at IS NULL`,
  );
  for (const row of stored) {
    const id = row.id as string;
    if (!inBatch.has(id)) add(row.name_key as string, { id, teams: dialect.readJson(row.teams) as string[] });
  }
  for (const draft of drafts) {
    for (const state of ['before', 'after'] as const) {
      const row = draft[state];
      const username = row?.deleted_at === undefined ? row && usernameOf(row) : undefined;
      if (row && username !== undefined) {
        add(username, { id: row.id, teams: row.teams, draft: { of: draft, state } });
      }
    }
  }
  return holders;
}

function usernameOf({ name }: Pick<UserRow, 'name'>): string | undefined {
  return name === undefined ? undefined : normaliseUsername(name);
}

function takenIssue({ index, after }: UserDraft, scope: UsernameScope): Issue {
  const where = scope === 'app' ? 'the app' : 'a common team';
  return {
    code: 'USERNAME_TAKEN',
    index,
    field: 'name',
    message: `name: another user of ${where} has the name ${JSON.stringify(after.name)}; names that differ only in case, spaces or punctuation count as the same`,
  };
}
