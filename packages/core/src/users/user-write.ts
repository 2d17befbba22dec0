import type { Actor, AppSettings, Issue } from '@rollcall/protocol';
import type { UserDraft } from './model/user-changes.js';
import type { UserRow } from './model/user-table.js';

/** What a write of users is worked out from, all of one moment. */
export interface KnownUsers {
  /** The users that the write names and reads, as they are stored; the named ones stay as they are until it is done. */
  readonly stored: ReadonlyMap<string, UserRow>;
  /** The ids that it names whose users were hard-deleted. */
  readonly erased: ReadonlySet<string>;
  readonly settings: AppSettings;
  /** The moment of the transaction. */
  readonly now: number;
}

/** A write of users, worked out. */
export interface DraftedWrite {
  readonly drafts: readonly UserDraft[];
  /** What is wrong with it, before the checks that depend on other users and on roles. */
  readonly found: readonly Issue[];
  /** How many issues there are that are not among these. */
  readonly more?: number;
  /** Whether its errors name no index, because the caller gave one user and not a list. */
  readonly unnumbered?: true;
}

/**
 * What one call writes to users: all of it or nothing. It depends on nothing but what it is worked out from, so that
 * several can share a transaction, and each can be worked out again.
 */
export interface UserWrite {
  readonly actor: Actor;
  /** The users that it writes, each once. */
  readonly ids: readonly string[];
  /** Users that it only reads. */
  readonly reads?: readonly string[];
  /** @throws RollcallError for a write that is refused as a whole. */
  draft(known: KnownUsers): DraftedWrite;
}
