import { RollcallError } from '@rollcall/protocol';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type ColumnTypes, columnTypes } from './migrations/column-types.js';

/** What makes the tables of a product. It never changes once it has run somewhere. */
export interface ProductMigration {
  /** When it was written, in epoch milliseconds: migrations run in this order. */
  readonly timestamp: number;
  /** What it makes: letters, digits and hyphens, beginning with a letter. */
  readonly name: string;
  /** Runs in a transaction of its own; `types` are the column types of the engine. */
  up(run: (statement: string) => Promise<unknown>, types: ColumnTypes): Promise<void>;
}

/** Something with tables of its own. */
export interface TableOwner {
  readonly name: string;
  readonly migrations?: readonly ProductMigration[];
}

/**
 * The migrations of products, as the executor takes them. Their timestamps have thirteen digits and ours begin with
 * zeros, so they run after all of ours. The table of migrations remembers each for ever as
 * `<product>_<name><timestamp>`. No two get the same name, since the name of a migration has no underscore.
 * @throws RollcallError `INPUT_INVALID` for a timestamp or a name that is not valid, and for a migration that is listed
 * twice.
 */
export function productMigrations(owners: readonly TableOwner[]): MigrationInterface[] {
  const known = new Set<string>();
  return owners.flatMap(({ name: owner, migrations = [] }) =>
    migrations.map(migration => {
      const name = nameOf(owner, migration);
      if (known.has(name)) throw refused(`the migration ${name} of the product "${owner}" is listed twice`);
      known.add(name);
      return {
        name,
        up: runner => runMigration(runner, { owner, migration }),
        down: async () => {
          throw new Error('the tables of a product are never dropped; restore a backup instead');
        },
      };
    }),
  );
}

function nameOf(owner: string, { timestamp, name }: ProductMigration): string {
  if (!Number.isInteger(timestamp) || !/^[1-9]\d{12}$/.test(String(timestamp))) {
    throw refused(
      `the product "${owner}": the timestamp of a migration must be epoch milliseconds with thirteen digits, not ${timestamp}`,
    );
  }
  if (typeof name !== 'string' || !/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name)) {
    throw refused(
      `the product "${owner}": the name of a migration must be up to 64 letters, digits and hyphens, beginning with a letter, not "${name}"`,
    );
  }
  return `${owner}_${name}${timestamp}`;
}

async function runMigration(
  runner: QueryRunner,
  { owner, migration }: { owner: string; migration: ProductMigration },
): Promise<void> {
  try {
    await migration.up(statement => runner.query(statement), columnTypes(runner));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RollcallError(
      'UNAVAILABLE',
      `the migration "${migration.name}" of the product "${owner}" failed and left nothing behind: ${reason}`,
      { cause, unrecoverable: true },
    );
  }
}

function refused(message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', message, { field: 'products' });
}
