import type { Actor, ContentModes, JsonObject } from '@rollcall/protocol';
import type { ProductMigration } from '../database/product-migrations.js';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';

/*
 * Glossary
 *
 * - Product: a part that stores data of users: chat, video, feeds, and the products that an operator adds.
 * - Content: everything that a product stores about one user.
 * - Cascade: one change of all content of one user, such as its deletion, through all products. It is a row (in SQL a
 *   row of `sweeps`), and a task works on it.
 * - Batch: the part of a cascade that one transaction does. A batch takes the content that is not yet in the wanted
 *   state. So it needs no cursor, and repeating it, after a crash or for a second call, changes nothing.
 * - New owner: the user who owns a hard-deleted user's channels and calls afterwards.
 */

/**
 * What one batch works with. A batch must await nothing but the transaction: on SQLite every other writer waits for it.
 */
export interface CascadeContext {
  readonly transaction: WriteTransaction;
  readonly userId: string;
  /** The actor of the batch's events. */
  readonly actor: Actor;
  /** About how many rows a batch may change. */
  readonly limit: number;
}

/** What a batch of a deletion works with. */
export interface DeletionContext extends CascadeContext {
  /** What to do with each kind of content. A kind that is not named stays as it is. */
  readonly modes: ContentModes;
  /**
   * Whether the user itself is hard-deleted. Afterwards nothing may name it, not even content that stays (memberships,
   * reactions, the maker of a call). What it owned goes to `newOwner`.
   */
  readonly eraseUser: boolean;
  /**
   * The id of the new owner. Call it only when something needs a new owner, because the call may have to create that
   * user first.
   */
  newOwner(): Promise<string>;
}

/** What a batch did. */
export interface CascadeBatch {
  /** How much it changed, by the name of the thing, such as `{ messages: 200 }`. The task adds up its batches. */
  readonly changed: Readonly<Record<string, number>>;
  /** Whether there may be more to do. It is false for the last batch of a cascade. */
  readonly more: boolean;
}

/** One page of what a product stores about a user. */
export interface ExportPage {
  /** Each record names its kind in `kind`, such as `message`. */
  readonly records: readonly ({ kind: string } & JsonObject)[];
  /** Where the next page begins, in the product's own format. The last page has none. */
  readonly next?: string;
}

/**
 * A product, as the life cycle of users sees it (docs/contract/products.md). Each operation does one batch. Its caller
 * repeats it until the batch says that there is no more, and commits each batch together with the progress of the task.
 */
export interface Product {
  /** Names the product in results, counts and exports. Lower case. */
  readonly name: string;
  /** The names of the things that follow the option `messages`. One event reports all of them. Default: none. */
  readonly ofMessages?: readonly string[];
  /** The migrations of the product's own tables. */
  readonly migrations?: readonly ProductMigration[];
  /** Hides what a deactivated user wrote. */
  deactivate(context: CascadeContext): Promise<CascadeBatch>;
  /** Brings back what a deactivation hid, and nothing else. */
  reactivate(context: CascadeContext): Promise<CascadeBatch>;
  /** Deletes content of a deleted user, as the modes say. */
  delete(context: DeletionContext): Promise<CascadeBatch>;
  /** Brings back what the soft deletion of the user hid, and nothing else. */
  restore(context: CascadeContext): Promise<CascadeBatch>;
  /**
   * The page of content after `after`: about `limit` records, oldest first, including deleted content that is still
   * stored.
   */
  export(
    transaction: Transaction,
    page: { userId: string; after?: string; limit: number },
  ): Promise<ExportPage>;
  /**
   * How much the deletion of these users would change, by the same names. Shared things count once. It changes nothing.
   */
  count(
    transaction: Transaction,
    deletion: { userIds: readonly string[]; modes: ContentModes; eraseUser: boolean },
  ): Promise<Record<string, number>>;
}
