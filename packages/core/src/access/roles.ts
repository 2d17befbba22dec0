import { type Actor, BUILT_IN_ROLES, type Role, RollcallError } from '@rollcall/protocol';
import { roleNameSchema } from '@rollcall/protocol/schemas';
import sql from 'sql-template-tag';
import type { UnitOfWork, WriteTransaction } from '../database/unit-of-work.js';

/** The roles that users can have: the built-in ones and those that were created (docs/contract/access.md). */
export class Roles {
  readonly #unitOfWork: UnitOfWork;

  constructor(unitOfWork: UnitOfWork) {
    this.#unitOfWork = unitOfWork;
  }

  /** Every role, built-in ones first, then by name. */
  list(): Promise<Role[]> {
    return this.#unitOfWork.read(async transaction => {
      const rows = await transaction.query(sql`SELECT name, created_at FROM roles ORDER BY name`);
      const builtIn = BUILT_IN_ROLES.map((name): Role => ({ name, built_in: true }));
      const made = rows.map(
        (row): Role => ({ name: String(row.name), built_in: false, created_at: Number(row.created_at) }),
      );
      return [...builtIn, ...made];
    });
  }

  /**
   * Creates a role.
   * @throws RollcallError `INPUT_INVALID` for an invalid name, `ROLE_IN_USE` for one that already exists.
   */
  async create(actor: Actor, name: unknown): Promise<Role> {
    const parsed = roleNameSchema.safeParse(name);
    if (!parsed.success) {
      throw new RollcallError('INPUT_INVALID', `name: ${parsed.error.issues[0]?.message}`, { field: 'name' });
    }
    if (isBuiltIn(parsed.data)) throw roleInUse(`the role "${parsed.data}" is built in`);
    return this.#unitOfWork.write(async transaction => {
      const role: Role = { name: parsed.data, built_in: false, created_at: transaction.now };
      const made = await transaction.query(
        sql`INSERT INTO roles (name, created_at) VALUES (${role.name}, ${role.created_at}) ON CONFLICT (name) DO NOTHING RETURNING name`,
      );
      if (made.length === 0) throw roleInUse(`the role "${role.name}" already exists`);
      logRole(transaction, actor, { type: 'role.created', role });
      return role;
    });
  }

  /**
   * Deletes a role.
   * @throws RollcallError `ROLE_NOT_FOUND`, or `ROLE_IN_USE` for a built-in role and while a user has it.
   */
  async delete(actor: Actor, name: string): Promise<void> {
    if (isBuiltIn(name)) throw roleInUse(`the role "${name}" is built in`);
    // PostgreSQL rejects some texts that cannot be the name of a role.
    if (!roleNameSchema.safeParse(name).success) throw noSuchRole(name);
    await this.#unitOfWork.write(async transaction => {
      // Deleting first locks the role, so that no user can get it while we look for users who have it.
      const [row] = await transaction.query(
        sql`DELETE FROM roles WHERE name = ${name} RETURNING name, created_at`,
      );
      if (!row) throw noSuchRole(name);
      const holder = await userWithRole(transaction, name);
      if (holder !== undefined)
        throw roleInUse(`the user "${holder}" has the role "${name}"; give it another one first`);
      const role: Role = { name, built_in: false, created_at: Number(row.created_at) };
      logRole(transaction, actor, { type: 'role.deleted', role });
    });
  }
}

function isBuiltIn(name: string): boolean {
  return (BUILT_IN_ROLES as readonly string[]).includes(name);
}

async function userWithRole(transaction: WriteTransaction, role: string): Promise<string | undefined> {
  const inTeam = transaction.dialect.anyValueIs(sql`teams_role`, role);
  const [row] = await transaction.query(
    sql`SELECT id FROM users WHERE role = ${role} OR (teams_role IS NOT NULL AND ${inTeam}) ORDER BY id LIMIT 1`,
  );
  return row?.id as string | undefined;
}

function logRole(
  transaction: WriteTransaction,
  actor: Actor,
  event: { type: 'role.created' | 'role.deleted'; role: Role },
): void {
  transaction.log({
    type: event.type,
    actor_type: actor.type,
    ...(actor.id !== undefined && { actor_id: actor.id }),
    data: { role: event.role },
  });
}

function noSuchRole(name: string): RollcallError {
  return new RollcallError('ROLE_NOT_FOUND', `there is no role "${name}"`, { field: 'name' });
}

function roleInUse(message: string): RollcallError {
  return new RollcallError('ROLE_IN_USE', message, { field: 'name' });
}
