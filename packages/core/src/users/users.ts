import {
  type Actor,
  type CountUsersAnswer,
  formatPosition,
  type Position,
  RollcallError,
  type UserOutcome,
} from '@rollcall/protocol';
import type { Tenant } from '../access/access.js';
import type { Principal } from '../access/tokens.js';
import { type QueryLimits, queryLane } from '../database/read-lane.js';
import { tryOut } from '../database/try-out.js';
import type { Transaction, UnitOfWork } from '../database/unit-of-work.js';
import { asksByKey } from '../query/asks-by-key.js';
import { countUsers, queryUsers } from '../query/query-users.js';
import type { UserQuery, UserSelection } from '../query/user-query.js';
import { SettingsMemory } from '../settings/settings-memory.js';
import { type Access, AccessLoader } from './access-loader.js';
import { type ChangeActivity, deactivateUser, reactivateUser } from './activation.js';
import { adviseOnCost, isTooExpensive, unindexedPaths } from './advise-on-cost.js';
import { connection, guestConnection } from './connect-user.js';
import { findUser, findUsers } from './find-users.js';
import type { UserRow } from './model/user-table.js';
import { PresentUsers } from './present-users.js';
import { readCircumstances } from './read-circumstances.js';
import { type StoppedQueries, StoppedQueryMemory } from './stopped-queries.js';
import { type UpsertOptions, upsertAsIs, upserts } from './upsert-batch.js';
import { partialUpdates, type WriteRights } from './user-batch.js';
import type { UserWrite } from './user-write.js';
import { UserWriter } from './user-writer.js';
import { writeUsers } from './write-users.js';
import { countWritten, type WrittenUsers } from './written-users.js';

/** A parsed query of users, without the parts that come from the data. */
export type ParsedUserQuery = Omit<UserQuery, 'now' | 'indexedFields'>;

/** A parsed selection of users, without the parts that come from the data. */
export type ParsedUserSelection = Omit<UserSelection, 'now' | 'indexedFields'>;

/**
 * The users: everything that reads or writes them. The caller has already checked that the actor may do it. This class
 * applies the rules about the data itself: docs/contract/users.md, writing-users.md, usernames.md and queries.md.
 */
export class Users {
  readonly #unitOfWork: UnitOfWork;
  readonly #guestsByDefault: boolean;
  readonly #accessLoader: AccessLoader;
  readonly #writer: UserWriter;
  readonly #stopped = new StoppedQueryMemory();
  /** The users as they are now, as far as others may see them. */
  readonly present: PresentUsers;

  /** @param options `guestsByDefault`: whether guests may come in while the settings do not say. */
  constructor(
    unitOfWork: UnitOfWork,
    {
      guestsByDefault = false,
      settings = new SettingsMemory(unitOfWork),
    }: { guestsByDefault?: boolean; settings?: SettingsMemory } = {},
  ) {
    this.#unitOfWork = unitOfWork;
    this.#guestsByDefault = guestsByDefault;
    this.#accessLoader = new AccessLoader(unitOfWork, settings);
    this.#writer = new UserWriter(unitOfWork);
    this.present = new PresentUsers(unitOfWork);
  }

  /**
   * Creates users, or replaces their data: 1–100, all or nothing.
   * @param raw the batch as it came in.
   * @param options `dryRun`: nothing is written, and the answer is what it would be.
   * @throws RollcallError the first thing that is wrong in input order; `issues` lists everything.
   */
  async upsert(
    actor: Actor,
    raw: unknown,
    { dryRun, asIs, ...options }: UpsertOptions & { dryRun?: boolean } = {},
  ): Promise<WrittenUsers> {
    const unitOfWork: Pick<UnitOfWork, 'write'> = dryRun
      ? { write: work => tryOut(this.#unitOfWork, work) }
      : this.#unitOfWork;
    if (asIs) return upsertAsIs(unitOfWork, actor, raw, options);
    const write = upserts(actor, raw, options);
    const written = dryRun
      ? unitOfWork.write(transaction => writeUsers(transaction, write))
      : this.#writer.write(write);
    return countWritten(await written);
  }

  /**
   * Changes parts of users: 1–100, all or nothing.
   * @param rights `authorise` is asked, with the ids of the batch, before anything is read, and throws to refuse; who is
   * not of the `tenant` is to the caller as unknown as one who never was.
   */
  async partialUpdate(
    actor: Actor,
    raw: unknown,
    rights: {
      fields: WriteRights;
      authorise(ids: readonly string[]): void | Promise<void>;
      tenant?: Tenant;
    },
  ): Promise<WrittenUsers> {
    const { fields, tenant } = rights;
    const write = partialUpdates(actor, raw, { rights: fields, tenant });
    await rights.authorise(write.ids);
    return countWritten(await this.#writer.write(write));
  }

  /**
   * Creates the connecting user or merges the given fields into the stored one.
   * @returns the user, and the position in the event log before the call: what came after is news to the user.
   */
  async connect(
    token: { userId: string; issuedAt?: number },
    raw: unknown,
  ): Promise<{ row: UserRow; position: string }> {
    return this.#connectWith(connection(token, raw));
  }

  /**
   * Makes a guest, where the app takes guests.
   * @returns the guest, and the position in the event log before the call.
   * @throws RollcallError `NOT_ALLOWED`, or what an upsert would say.
   */
  async connectGuest(raw: unknown): Promise<{ row: UserRow; position: string }> {
    return this.#connectWith(guestConnection(raw, this.#guestsByDefault));
  }

  /** Users by id, deleted ones included; unknown ids are left out. */
  async find(ids: readonly string[]): Promise<UserRow[]> {
    const found = await this.#unitOfWork.read(transaction => findUsers(transaction, ids));
    return ids.flatMap(id => found.get(id) ?? []);
  }

  /**
   * One page of users, and the position in the event log that it includes.
   * @param limits how long it may run; default as long as a query of a server token may.
   * @throws RollcallError `CURSOR_INVALID`; `QUERY_TOO_EXPENSIVE`, which names what to index.
   */
  async query(
    query: ParsedUserQuery,
    limits?: QueryLimits,
  ): Promise<{ rows: UserRow[]; next?: string; position: string }> {
    return this.search(query, limits, async (transaction, indexedFields, position) => {
      const found = await queryUsers(transaction, { ...query, indexedFields, now: transaction.now });
      return { ...found, position: formatPosition(position) };
    });
  }

  /**
   * Counts users, at most as many as `upTo`.
   * @param limits how long it may run; default as long as a query of a server token may.
   * @throws RollcallError `QUERY_TOO_EXPENSIVE`, which names what to index.
   */
  count(
    { upTo, ...selection }: ParsedUserSelection & { upTo: number },
    limits?: QueryLimits,
  ): Promise<CountUsersAnswer> {
    return this.search({ ...selection, sort: [] }, limits, (transaction, indexedFields) =>
      countUsers(transaction, { ...selection, indexedFields, now: transaction.now }, upTo),
    );
  }

  /** How many calls that write users wait to be written together. */
  get waitingWrites(): number {
    return this.#writer.waiting;
  }

  /** The queries that took too long for this process within the last hour, the last one first. */
  stoppedQueries(indexed: readonly string[]): StoppedQueries[] {
    return this.#stopped.list(indexed);
  }

  /** Reads in the lane that a filter and a sort belong to, and says what would make it cheaper if that takes too long. */
  search<Result>(
    query: Pick<UserQuery, 'filter' | 'sort'>,
    limits: QueryLimits | undefined,
    work: (transaction: Transaction, indexedFields: readonly string[], position: Position) => Promise<Result>,
  ): Promise<Result> {
    let indexed: readonly string[] = [];
    // Who asks for users by their ids waits for no search.
    const lane = asksByKey(query) ? undefined : queryLane(limits);
    const read = this.#unitOfWork.read(async transaction => {
      // The position is read first: an event that it does not include is news, even if a row shows it already.
      const { settings, position } = await readCircumstances(transaction);
      indexed = settings.indexed_custom_fields;
      return work(transaction, indexed, position);
    }, lane);
    return read.catch((error: unknown) => {
      if (isTooExpensive(error)) this.#stopped.note(unindexedPaths(query, indexed));
      throw adviseOnCost(error, query, indexed);
    });
  }

  /**
   * Deactivates one user, at once. A user who is deactivated already stays as it is.
   * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`
   */
  deactivate(actor: Actor, id: string): Promise<UserRow> {
    return this.#changeOne(deactivateUser, actor, { id });
  }

  /** Undoes a deactivation, and gives the user another name when one is named. */
  reactivate(actor: Actor, change: { id: string; name?: string }): Promise<UserRow> {
    return this.#changeOne(reactivateUser, actor, change);
  }

  /** What a principal is judged by and may do, as it is now. All who ask at the same moment share one read. */
  access(principal: Principal): Promise<Access> {
    return this.#accessLoader.load(principal);
  }

  async #connectWith(write: UserWrite): Promise<{ row: UserRow; position: string }> {
    const { rows, before } = await this.#writer.write(write);
    return { row: rows[0] as UserRow, position: formatPosition(before) };
  }

  async #changeOne(
    change: ChangeActivity,
    actor: Actor,
    what: { id: string; name?: string },
  ): Promise<UserRow> {
    const { id, name } = what;
    return this.#unitOfWork.write(async transaction => {
      throwFailure(await change(transaction, actor, { id }));
      if (name !== undefined) {
        await writeUsers(transaction, partialUpdates(actor, [{ id, set: { name } }], { rights: 'server' }));
      }
      return findUser(transaction, id);
    });
  }
}

function throwFailure(outcome: UserOutcome | undefined): void {
  if (outcome?.status !== 'failed' || !outcome.error) return;
  const { code, message } = outcome.error;
  throw code === 'USER_NOT_FOUND'
    ? new RollcallError(code, message, { field: 'id' })
    : new RollcallError('USER_DELETED', message);
}
