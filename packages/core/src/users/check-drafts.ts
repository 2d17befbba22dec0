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

/** Checks a batch of changes against the stored data and the settings, and answers with everything that is wrong. */
export async function draftIssues(
  transaction: WriteTransaction,
  settings: AppSettings,
  drafts: readonly UserDraft[],
): Promise<Issue[]> {
  return [
    ...sizeIssues(settings, drafts),
    ...(await checkRoles(transaction, drafts)),
    ...(await checkUsernames(transaction, settings.enforce_unique_usernames, drafts)),
  ];
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
  /** The draft that gives the user this name, if the user is in the batch. */
  draft?: UserDraft;
}

/**
 * Enforces unique usernames (docs/contract/usernames.md). It checks the state after the whole batch, so two users can
 * swap names. It checks only users whose name changes (or whose teams change, if teams matter), and users who come back
 * from deletion. The rule holds only from now on: an existing duplicate may be written as long as it keeps its name.
 *
 * Writers of one name wait for each other from here until they commit, so exactly one of two concurrent writers
 * succeeds.
 */
async function checkUsernames(
  transaction: WriteTransaction,
  scope: UsernameScope,
  drafts: readonly UserDraft[],
): Promise<Issue[]> {
  if (scope === 'no') return [];
  const claims = drafts.filter(draft => usernameOf(draft) !== undefined && claimsName(draft, scope));
  if (claims.length === 0) return [];
  const keys = [...new Set(claims.flatMap(draft => usernameOf(draft) ?? []))].sort();
  await transaction.lock(keys.map(key => `username:${key}`));
  const holders = await holdersOf(transaction, keys, drafts);

  const issues: Issue[] = [];
  for (const draft of claims) {
    const rivals = holders.get(usernameOf(draft) ?? '') ?? [];
    const taken = rivals.some(
      rival => rival.id !== draft.after.id && !yields(rival, draft, claims) && meet(scope, rival, draft),
    );
    if (taken) issues.push(takenIssue(draft, scope));
  }
  return issues;
}

function claimsName({ before, after }: UserDraft, scope: UsernameScope): boolean {
  if (!before || before.name !== after.name) return true;
  if (before.deleted_at !== undefined && after.deleted_at === undefined) return true;
  return scope === 'team' && !jsonEqual(before.teams, after.teams);
}

/** If two users of one batch claim the same name, the first keeps it and the second is the error. */
function yields(rival: Holder, draft: UserDraft, claims: readonly UserDraft[]): boolean {
  return rival.draft !== undefined && claims.includes(rival.draft) && rival.draft.index > draft.index;
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
    const { id, teams, deleted_at } = draft.after;
    const username = usernameOf(draft);
    if (username !== undefined && deleted_at === undefined) add(username, { id, teams, draft });
  }
  return holders;
}

function usernameOf({ after }: UserDraft): string | undefined {
  return after.name === undefined ? undefined : normaliseUsername(after.name);
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
