import { type Actor, type AppSettings, type Position, RollcallError } from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { draftIssues, nameKeysOf } from './check-drafts.js';
import { findUsers, findUsersForUpdate } from './find-users.js';
import type { UserDraft } from './model/user-changes.js';
import type { UserRow } from './model/user-table.js';
import { refusalOf } from './parse-batch.js';
import { readCircumstances } from './read-circumstances.js';
import { saveWrites } from './save-users.js';
import { findTombstones } from './tombstones.js';
import type { DraftedWrite, UserWrite } from './user-write.js';

/** What has been written: the drafts, and their users as stored now, in the same order. */
export interface Written {
  drafts: readonly UserDraft[];
  rows: UserRow[];
}

/**
 * What became of a write among others: it was written, it is refused, or it has to wait for another transaction, since
 * it may depend on one that came before it.
 */
export type WriteOutcome = { written: Written } | { refused: RollcallError } | 'later';

/** Writes users in a transaction. @throws RollcallError the first thing that is wrong in input order; `issues` lists everything. */
export async function writeUsers(transaction: WriteTransaction, write: UserWrite): Promise<Written> {
  const [outcome] = (await writeTogether(transaction, [write])).outcomes;
  if (outcome === undefined || outcome === 'later') throw new Error('a write alone waits for no other');
  if ('refused' in outcome) throw outcome.refused;
  return outcome.written;
}

/**
 * Writes several calls' users in one transaction, with as many statements as one of them takes. What is wrong with one
 * of them changes nothing about the others: each is checked against what is stored, and none may depend on another, so
 * the answers are those of writes one after another.
 * @param writes no two may name the same user, and none may read a user whom an earlier one names.
 * @returns what became of each, the first of which is never `later`; and the end of the event log before that.
 */
export async function writeTogether(
  transaction: WriteTransaction,
  writes: readonly UserWrite[],
): Promise<{ outcomes: WriteOutcome[]; before: Position }> {
  const { settings, position: before } = await readCircumstances(transaction);
  const all = await draftAll(transaction, writes, settings);
  const apart = settings.enforce_unique_usernames === 'no' ? drafted(all) : apartByName(drafted(all));
  const issues = await draftIssues(transaction, settings, apart);
  for (const [place, one] of apart.entries()) {
    const { found, more, unnumbered } = one;
    const wrong = [...found, ...(issues[place] ?? [])];
    const refused = refusalOf(unnumbered ? wrong.map(({ index: _, ...issue }) => issue) : wrong, more);
    if (refused) one.outcome = { refused };
  }
  const good = drafted(apart);
  const saved = await saveWrites(transaction, good, settings.private_custom_fields);
  for (const [place, one] of good.entries()) {
    one.outcome = { written: { drafts: one.drafts, rows: saved[place] as UserRow[] } };
  }
  return { outcomes: all.map(({ outcome }) => outcome as WriteOutcome), before };
}

/** A write on its way; it has drafts unless it was refused as a whole. */
interface WriteUnderWay extends Partial<DraftedWrite> {
  actor: Actor;
  outcome?: WriteOutcome;
}

/** Those whose outcome is still open. */
function drafted<One extends WriteUnderWay>(writes: readonly One[]): (One & DraftedWrite)[] {
  return writes.filter((one): one is One & DraftedWrite => one.outcome === undefined);
}

/** Works out every write. One that is refused as a whole has its outcome then. */
async function draftAll(
  transaction: WriteTransaction,
  writes: readonly UserWrite[],
  settings: AppSettings,
): Promise<WriteUnderWay[]> {
  const named = writes.flatMap(({ ids }) => ids);
  const stored = await findUsersForUpdate(transaction, named);
  const erased = await findTombstones(
    transaction,
    named.filter(id => !stored.has(id)),
  );
  const read = writes.flatMap(({ reads = [] }) => reads.filter(id => !stored.has(id)));
  if (read.length > 0) for (const [id, row] of await findUsers(transaction, read)) stored.set(id, row);
  const known = { stored, erased, settings, now: transaction.now };
  return writes.map((write): WriteUnderWay => {
    const { actor } = write;
    try {
      return { actor, ...write.draft(known) };
    } catch (error) {
      if (error instanceof RollcallError) return { actor, outcome: { refused: error } };
      throw error;
    }
  });
}

/**
 * Where names are unique, a write may take the name that another one gives up or takes. Such a write waits until the
 * one before it is done.
 * @returns those that need not wait.
 */
function apartByName(writes: readonly (WriteUnderWay & DraftedWrite)[]): (WriteUnderWay & DraftedWrite)[] {
  const touched = new Set<string>();
  return writes.filter(one => {
    const keys = nameKeysOf(one.drafts);
    const waits = keys.some(key => touched.has(key));
    if (waits) one.outcome = 'later';
    else for (const key of keys) touched.add(key);
    return !waits;
  });
}
