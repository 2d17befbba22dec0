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

/** A batch of changes, and what has been found wrong with it before. */
export interface DraftBatch {
  drafts: readonly UserDraft[];
  found: readonly Issue[];
}

/**
 * Checks batches of changes against the stored data and the settings, and answers for each with everything that is wrong.
 * No user is blamed for another one: the users who are not named could be written without those who are.
 * @param batches where names are unique, no name may be one before or after the changes of two of them
 * ({@link nameKeysOf}). Then each is checked as if it were alone.
 */
export async function draftIssues(
  transaction: WriteTransaction,
  settings: AppSettings,
  batches: readonly DraftBatch[],
): Promise<Issue[][]> {
  const roles = await missingRoles(transaction, batches);
  const issues = batches.map(({ drafts }) => [...sizeIssues(settings, drafts), ...roleIssues(drafts, roles)]);
  const named = batches.map(({ drafts, found }, place) => ({
    drafts,
    refused: new Set([...found, ...(issues[place] ?? [])].map(issue => issue.index)),
  }));
  const taken = await checkUsernames(transaction, settings.enforce_unique_usernames, named);
  return issues.map((own, place) => [...own, ...(taken[place] ?? [])]);
}

/**
 * Checks the size of custom data that changes. Unchanged data is not measured, so a lowered limit does not lock users
 * who exceed it.
 */
function sizeIssues(settings: AppSettings, drafts: readonly UserDraft[]): Issue[] {
  return drafts.flatMap(({ index, before, after }): Issue[] => {
    const problem = customSizeProblem(after.custom, settings.max_custom_bytes);
    return problem && !(before && JSON.stringify(before.custom) === JSON.stringify(after.custom))
      ? [{ code: 'INPUT_INVALID', index, ...problem, message: `custom: ${problem.message}` }]
      : [];
  });
}

function isBuiltIn(role: string): boolean {
  return (BUILT_IN_ROLES as readonly string[]).includes(role);
}

/** Where a draft names roles that are not built in. */
function rolesNamed({ after }: UserDraft): { field: string; role: string }[] {
  const named = isBuiltIn(after.role) ? [] : [{ field: 'role', role: after.role }];
  for (const team in after.teams_role) {
    const role = after.teams_role[team] as string;
    if (!isBuiltIn(role)) named.push({ field: `teams_role.${team}`, role });
  }
  return named;
}

/** The roles that are named and do not exist. Those that do are locked until this transaction ends. */
async function missingRoles(
  transaction: WriteTransaction,
  batches: readonly DraftBatch[],
): Promise<ReadonlySet<string>> {
  const wanted = new Set(
    batches.flatMap(({ drafts }) => drafts.flatMap(draft => rolesNamed(draft).map(({ role }) => role))),
  );
  if (wanted.size === 0) return wanted;
  const { dialect } = transaction;
  const rows = await transaction.query(
    sql`SELECT name FROM roles WHERE name IN (${dialect.values([...wanted])})${dialect.forShare}`,
  );
  for (const { name } of rows) wanted.delete(name as string);
  return wanted;
}

function roleIssues(drafts: readonly UserDraft[], missing: ReadonlySet<string>): Issue[] {
  if (missing.size === 0) return [];
  return drafts.flatMap(draft =>
    rolesNamed(draft)
      .filter(({ role }) => missing.has(role))
      .map(
        ({ field, role }): Issue => ({
          code: 'ROLE_NOT_FOUND',
          index: draft.index,
          field,
          message: `${field}: there is no role "${role}"; create it with createRole first`,
        }),
      ),
  );
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
 * @param batches `refused`: the indexes of the users who will not be written. They keep the names that they have, and take
 * no others.
 */
async function checkUsernames(
  transaction: WriteTransaction,
  scope: UsernameScope,
  batches: readonly NamedBatch[],
): Promise<Issue[][]> {
  if (scope === 'no') return [];
  const claims = batches.map(
    ({ drafts }) =>
      new Set(drafts.filter(draft => usernameOf(draft.after) !== undefined && claimsName(draft, scope))),
  );
  const keys = claims.flatMap(claiming => [...claiming].flatMap(({ after }) => usernameOf(after) ?? []));
  if (keys.length === 0) return [];
  const sorted = [...new Set(keys)].sort();
  await transaction.lock(sorted.map(key => `username:${key}`));
  const stored = await storedHolders(transaction, sorted);
  return batches.map((batch, place) =>
    usernameIssues(batch, { claims: claims[place] ?? new Set(), stored, scope }),
  );
}

/** The drafts of a batch, and the indexes of those that will not be written. */
interface NamedBatch {
  drafts: readonly UserDraft[];
  refused: ReadonlySet<number | undefined>;
}

function usernameIssues(
  { drafts, refused }: NamedBatch,
  { claims, stored, scope }: { claims: ReadonlySet<UserDraft>; stored: Holders; scope: UsernameScope },
): Issue[] {
  if (claims.size === 0) return [];
  const holders = holdersOf(stored, drafts);
  const lost = new Set(drafts.filter(draft => refused.has(draft.index)));
  const holds = ({ draft }: Holder) => !draft || draft.state === (lost.has(draft.of) ? 'before' : 'after');
  // If two users of one batch claim the same name, the first keeps it and the second is the error.
  const makesWay = ({ draft }: Holder, claim: UserDraft) =>
    draft?.state === 'after' && claims.has(draft.of) && draft.of.index > claim.index;
  const meets = (claim: UserDraft, inTheWay: (rival: Holder) => boolean) =>
    (holders.get(usernameOf(claim.after) ?? '') ?? []).some(
      rival => rival.id !== claim.after.id && inTheWay(rival) && meet(scope, rival, claim),
    );
  const isHeld = (claim: UserDraft) => meets(claim, holds);
  const isTaken = (claim: UserDraft) => meets(claim, rival => holds(rival) && !makesWay(rival, claim));
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
  const letIn = (claim: UserDraft) => {
    taken.delete(claim);
    lost.delete(claim);
  };
  const inOrder = [...claims].filter(claim => !refused.has(claim.index)).sort((a, b) => a.index - b.index);
  refuse();
  // Who stood back for one that was refused in the end is let in, the first one first, and those who come after it make
  // way. That can end with the first one refused again, and so on in a circle, so nobody is let in twice like this.
  const tried = new Set<UserDraft>();
  const mayCome = (claim: UserDraft) => taken.has(claim) && !tried.has(claim) && !isTaken(claim);
  for (let next = inOrder.find(mayCome); next; next = inOrder.find(mayCome)) {
    tried.add(next);
    letIn(next);
    refuse();
  }
  // Whose name nobody else has now, whatever the order, is let in without anybody making way.
  const isFree = (claim: UserDraft) => taken.has(claim) && !isHeld(claim);
  for (let next = inOrder.find(isFree); next; next = inOrder.find(isFree)) letIn(next);
  return [...taken]
    .filter(claim => !refused.has(claim.index) || isTaken(claim))
    .map(draft => takenIssue(draft, scope));
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

/** Users that hold a name, by its key. */
type Holders = ReadonlyMap<string, readonly Holder[]>;

async function storedHolders(transaction: WriteTransaction, keys: readonly string[]): Promise<Holders> {
  const { dialect } = transaction;
  const rows = await transaction.query(
    sql`SELECT id, name_key, teams FROM users WHERE name_key IN (${dialect.values(keys)}) AND deleted_at IS NULL`,
  );
  const holders = new Map<string, Holder[]>();
  for (const row of rows) {
    addTo(holders, row.name_key as string, {
      id: row.id as string,
      teams: dialect.readJson(row.teams) as string[],
    });
  }
  return holders;
}

/** Who holds which name, when the drafts of a batch are under way. */
function holdersOf(stored: Holders, drafts: readonly UserDraft[]): Holders {
  const inBatch = new Set(drafts.map(draft => draft.after.id));
  const holders = new Map<string, Holder[]>();
  for (const [key, all] of stored) for (const one of all) if (!inBatch.has(one.id)) addTo(holders, key, one);
  for (const draft of drafts) {
    for (const state of ['before', 'after'] as const) {
      const row = draft[state];
      const username = row?.deleted_at === undefined ? row && usernameOf(row) : undefined;
      if (row && username !== undefined) {
        addTo(holders, username, { id: row.id, teams: row.teams, draft: { of: draft, state } });
      }
    }
  }
  return holders;
}

function addTo(holders: Map<string, Holder[]>, key: string, holder: Holder): void {
  const there = holders.get(key);
  if (there) there.push(holder);
  else holders.set(key, [holder]);
}

/** The names that users have before or after changes, in the form that decides whether two are the same. */
export function nameKeysOf(drafts: readonly UserDraft[]): string[] {
  return drafts.flatMap(({ before, after }) =>
    [before, after].flatMap(row => (row && usernameOf(row)) ?? []),
  );
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
