import type { Actor, ContentModes, JsonObject } from '@rollcall/protocol';
import type { ProductMigration } from '../database/product-migrations.js';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';

/*
 * Glossary
 *
 * - Product: something that keeps data of users: chat, video, feeds, and what an operator adds.
 * - Content: everything that a product keeps of one user.
 * - Cascade: one change of all content of one user, such as its deletion, through all products. It is a row (sweeps), and a
 *   task works on it.
 * - Batch: the piece of a cascade that one transaction does. A batch takes what is not yet as it should be, so it needs no
 *   cursor, and repeating it, after a crash or for a second call, changes nothing.
 * - Heir: who owns what a user owned, once the user is gone.
 */

/** What one batch works with. It awaits nothing but the transaction: on SQLite everybody else waits for it. */
export interface CascadeContext {
  readonly transaction: WriteTransaction;
  readonly userId: string;
  /** Whom the events of the batch name. */
  readonly actor: Actor;
  /** About how many rows a batch may change. */
  readonly limit: number;
}

/** What a batch of a deletion works with. */
export interface DeletionContext extends CascadeContext {
  /** What to do with which content; what is not named is left as it is. */
  readonly modes: ContentModes;
  /**
   * The user itself goes for ever: nothing may name it afterwards, not even content that is left (memberships,
   * reactions, who made a call). What it owned goes to `newOwner`.
   */
  readonly eraseUser: boolean;
  /** The id of the new owner. Asked for only when there is something to inherit: it may have to come into being first. */
  newOwner(): Promise<string>;
}

/** What a batch did. */
export interface CascadeBatch {
  /** How much it changed, by the name of the thing, such as `{ messages: 200 }`. Batches are added up for the task. */
  readonly changed: Readonly<Record<string, number>>;
  /** Whether there may be more to do. The last batch of a cascade says false. */
  readonly more: boolean;
}

/** One page of what a product keeps of a user. */
export interface ExportPage {
  /** Each says what it is in `kind`, such as `message`. */
  readonly records: readonly ({ kind: string } & JsonObject)[];
  /** Where the next page begins, in the words of the product; absent after the last. */
  readonly next?: string;
}

/**
 * A product, as the life cycle of users sees it (SPEC section 6). Each operation does one batch and is called until it
 * says that there is no more; it commits together with how far the task got.
 */
export interface Product {
  /** Lower case; names the product in results, in counts and in exports. */
  readonly name: string;
  /** The names of those things that follow the option `messages`: one event tells of all of them. Default none. */
  readonly ofMessages?: readonly string[];
  /** Tables of its own. */
  readonly migrations?: readonly ProductMigration[];
  /** The user is deactivated, and what it wrote is to be hidden. */
  deactivate(context: CascadeContext): Promise<CascadeBatch>;
  /** What a deactivation hid comes back; nothing else does. */
  reactivate(context: CascadeContext): Promise<CascadeBatch>;
  /** The user is deleted. */
  delete(context: DeletionContext): Promise<CascadeBatch>;
  /** What the soft deletion of the user hid comes back; nothing else does. */
  restore(context: CascadeContext): Promise<CascadeBatch>;
  /** The page of content after `after`, about `limit` records, oldest first; deleted content that is still stored, too. */
  export(
    transaction: Transaction,
    page: { userId: string; after?: string; limit: number },
  ): Promise<ExportPage>;
  /** How much deleting these users would change, by the same names; what they share counts once. It changes nothing. */
  count(
    transaction: Transaction,
    deletion: { userIds: readonly string[]; modes: ContentModes; eraseUser: boolean },
  ): Promise<Record<string, number>>;
}
