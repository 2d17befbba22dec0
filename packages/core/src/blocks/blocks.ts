import type { Actor } from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import { belongsTo } from '../access/tenancy.js';
import type { Transaction, UnitOfWork } from '../database/unit-of-work.js';
import { tenantOfViewer, type Viewer } from '../products/viewer.js';
import { findUser, findUsers } from '../users/find-users.js';
import type { UserRow } from '../users/model/user-table.js';
import { type BlockRow, blockTable } from './block-table.js';
import { type BlockChange, blockUser, unblockUser } from './change-block.js';

/** Whom a user has blocked, newest first, and those users. */
export interface BlockList {
  blocks: BlockRow[];
  users: ReadonlyMap<string, UserRow>;
}

/**
 * Blocks between users. Whoever calls has decided in whose name it is done. A banned user may block too: that writes
 * nothing that others see.
 */
export class Blocks {
  readonly #unitOfWork: UnitOfWork;

  constructor(unitOfWork: UnitOfWork) {
    this.#unitOfWork = unitOfWork;
  }

  /** Blocks a user; repeating it changes nothing. @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`, `INPUT_INVALID` */
  block(actor: Actor, viewer: Viewer, change: BlockChange): Promise<UserRow> {
    return this.#unitOfWork.write(transaction => blockUser(transaction, actor, { ...change, viewer }));
  }

  /** Takes a block back; where there is none, nothing changes. @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED` */
  unblock(actor: Actor, change: BlockChange): Promise<UserRow> {
    return this.#unitOfWork.write(transaction => unblockUser(transaction, actor, change));
  }

  /**
   * Everybody whom a user has blocked, newest first, deleted users too; those whom the viewer does not see are left out.
   * @throws RollcallError `USER_NOT_FOUND`
   */
  list(viewer: Viewer, userId: string): Promise<BlockList> {
    return this.#unitOfWork.read(async transaction => {
      await findUser(transaction, userId);
      const blocks = await readBlocks(transaction, userId);
      const users = await findUsers(
        transaction,
        blocks.map(block => block.blocked_user_id),
      );
      const tenant = await tenantOfViewer(transaction, viewer);
      const seen = blocks.filter(block => belongsTo(tenant, users.get(block.blocked_user_id)?.teams ?? []));
      return { blocks: seen, users };
    });
  }
}

async function readBlocks(transaction: Transaction, userId: string): Promise<BlockRow[]> {
  const cells = await transaction.query(
    sql`SELECT ${raw(blockTable.columnList)} FROM blocks WHERE user_id = ${userId}
      ORDER BY created_at DESC, blocked_user_id DESC`,
  );
  return cells.map(cell => blockTable.decode(cell, transaction.dialect));
}
