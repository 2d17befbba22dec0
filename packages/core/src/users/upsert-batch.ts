import type { Actor, Issue } from '@rollcall/protocol';
import { type ParsedUserInput, parseUserAsIs, parseUserInput } from '@rollcall/protocol/schemas';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { asIsIssues, bringAlong, type GoneUsers, holdBlocked, saveAsIs } from './as-is.js';
import { replaceUser } from './model/replace-user.js';
import type { UserDraft } from './model/user-changes.js';
import type { UserRow } from './model/user-table.js';
import { type ParsedBatch, parseBatch } from './parse-batch.js';
import type { DraftedWrite, KnownUsers, UserWrite } from './user-write.js';
import { deletedIssue, staleIssues } from './write-issues.js';
import { writeUsers } from './write-users.js';
import { countWritten, type WrittenUsers } from './written-users.js';

/** How a batch of upserts is written. */
export interface UpsertOptions {
  /** Whether what is read only otherwise is written, too: the users come from elsewhere, and stay as they were there. */
  asIs?: boolean;
  /** Whether a user who was deactivated or deleted where it comes from, and would be active here, is an error. */
  refuseDeactivated?: boolean;
}

/** A batch of upserts: users who are created, or whose data is replaced. It checks the form at once. */
export function upserts(actor: Actor, raw: unknown, options: Omit<UpsertOptions, 'asIs'> = {}): UserWrite {
  return upsertsOf(actor, parseBatch(raw, parseUserInput), { options, gone: new Map() });
}

/**
 * Writes a batch of upserts as the users were elsewhere. It takes statements of its own, so it shares no transaction.
 * @throws as {@link writeUsers}.
 */
export async function upsertAsIs(
  unitOfWork: Pick<UnitOfWork, 'write'>,
  actor: Actor,
  raw: unknown,
  options: Omit<UpsertOptions, 'asIs'>,
): Promise<WrittenUsers> {
  const batch = parseBatch(raw, parseUserAsIs);
  return unitOfWork.write(async transaction => {
    const gone = await holdBlocked(
      transaction,
      batch.items.map(({ item }) => item),
    );
    const { drafts, rows } = await writeUsers(
      transaction,
      upsertsOf(actor, batch, { options: { ...options, asIs: true }, gone }),
    );
    return countWritten({ drafts, rows: await saveAsIs(transaction, drafts, rows) });
  });
}

function upsertsOf(
  actor: Actor,
  { items, issues, more }: ParsedBatch<ParsedUserInput>,
  { options, gone }: { options: UpsertOptions; gone: GoneUsers },
): UserWrite {
  const draft = ({ stored, erased, now }: KnownUsers): DraftedWrite => ({
    more,
    found: [
      ...issues,
      ...items.flatMap(({ index, item }) =>
        erased.has(item.id)
          ? [deletedIssue(item.id, index)]
          : refusals(stored.get(item.id), { item, index, options, now }),
      ),
    ],
    drafts: items.map(({ index, item }): UserDraft => {
      const before = stored.get(item.id);
      const replaced = { index, before, after: replaceUser(before, item, now) };
      return item.asIs ? { ...replaced, after: bringAlong(replaced, item.asIs, gone) } : replaced;
    }),
  });
  return { actor, ids: items.map(({ item }) => item.id), draft };
}

function refusals(
  before: UserRow | undefined,
  write: { item: ParsedUserInput; index: number; options: UpsertOptions; now: number },
): Issue[] {
  const { item, index, options, now } = write;
  if (before?.deleted_at !== undefined) return [deletedIssue(item.id, index)];
  const stale = staleIssues(before, item.if_revision, index);
  if (options.asIs) return [...stale, ...asIsIssues(item.asIs ?? {}, { index, now })];
  const active = before?.deactivated_at === undefined;
  return options.refuseDeactivated && active ? [...stale, ...inactiveIssues(item, index)] : stale;
}

/** An upsert makes no user inactive. A user who was inactive elsewhere must not be able to sign in here because of that. */
function inactiveIssues({ inactive: field }: ParsedUserInput, index: number): Issue[] {
  if (field === undefined) return [];
  const message =
    field === 'deactivated_at'
      ? 'the user is deactivated where it comes from, and would be active here; write it with as_is, or leave out the field'
      : 'the user is deleted where it comes from, and would be active here; leave out the user, or the field';
  return [{ code: 'INPUT_INVALID', index, field, message: `${field}: ${message}` }];
}
