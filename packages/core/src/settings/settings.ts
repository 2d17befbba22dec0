import {
  type Actor,
  type AppSettings,
  type Changes,
  DEFAULT_APP_SETTINGS,
  DEFAULT_GRANTS,
  RollcallError,
} from '@rollcall/protocol';
import { appSettingsUpdateSchema, checkBySchema } from '@rollcall/protocol/schemas';
import sql from 'sql-template-tag';
import { BatchedLoader } from '../database/batched-loader.js';
import type { Dialect } from '../database/dialect.js';
import type { CarryOut, Queryable, UnitOfWork, WriteTransaction } from '../database/unit-of-work.js';
import { jsonEqual } from '../json/json-values.js';
import { CustomIndexes } from '../query/custom-indexes.js';

/** The settings of the app (docs/contract/usernames.md, queries.md, access.md, limits.md). */
export class Settings {
  readonly #unitOfWork: UnitOfWork;
  readonly #indexes: CustomIndexes;
  readonly #stored: BatchedLoader<'settings', AppSettings>;

  constructor(unitOfWork: UnitOfWork, indexes = new CustomIndexes(unitOfWork, indexedFields)) {
    this.#unitOfWork = unitOfWork;
    this.#indexes = indexes;
    this.#stored = new BatchedLoader(takeKeys =>
      unitOfWork.read(async transaction => {
        takeKeys();
        const settings = await readSettings(transaction);
        return () => settings;
      }),
    );
  }

  /** The settings now. All who ask at the same moment share one read. */
  get(): Promise<AppSettings> {
    return this.#stored.load('settings');
  }

  /**
   * Changes the settings that are named. The grants of a named role replace that role's grants. A change of
   * `indexed_custom_fields` is answered when the indexes serve; it is stored before, and holds whatever becomes of the call.
   * @param once carries out the change. The indexes are made after it.
   * @throws RollcallError `INPUT_INVALID` for an unknown setting or an invalid value. Then nothing changes. `UNAVAILABLE` when
   * the storage is closed, or cannot be used, while indexes are made. Then the settings have changed, and the next start goes on.
   */
  async update(actor: Actor, raw: unknown, once: CarryOut = change => change()): Promise<AppSettings> {
    const parsed = checkBySchema(appSettingsUpdateSchema, raw);
    if (parsed.problems) throw invalidSettings(parsed);
    const change = (before: AppSettings): AppSettings => ({
      ...before,
      ...parsed.data,
      grants: { ...before.grants, ...parsed.data.grants },
    });
    const settings = await once(() =>
      this.#unitOfWork.write(
        async transaction => (await saveSettings(transaction, actor, { change })).settings,
      ),
    );
    if (parsed.data.indexed_custom_fields) await this.#indexes.make().catch(notYetMade);
    return settings;
  }
}

/** What the storage says of itself would be wrong here: something has changed. */
function notYetMade(cause: unknown): never {
  const message =
    'the settings are stored, and the indexes of indexed_custom_fields are not made yet; until they are, queries do without. The server makes them at its next start, or within an hour';
  throw new RollcallError('UNAVAILABLE', message, { cause, field: 'indexed_custom_fields' });
}

/** The custom paths that are to have an index. */
export async function indexedFields(transaction: Queryable): Promise<readonly string[]> {
  return (await readSettings(transaction)).indexed_custom_fields;
}

/** The settings as a transaction sees them, with defaults filled in. */
export async function readSettings(transaction: Queryable): Promise<AppSettings> {
  const [row] = await transaction.query(sql`SELECT settings FROM app_settings WHERE id = 1`);
  return settingsOf(row, transaction.dialect);
}

/** The settings in a row of `app_settings`, with defaults filled in. */
export function settingsOf(row: Record<string, unknown> | undefined, dialect: Dialect): AppSettings {
  const stored = dialect.readJson(row?.settings) as Partial<AppSettings>;
  return { ...DEFAULT_APP_SETTINGS, ...stored, grants: { ...DEFAULT_GRANTS, ...stored.grants } };
}

/**
 * Changes the settings and logs the changes. Only one transaction at a time does this. If no setting changes, nothing
 * is written.
 * @param change returns the new settings.
 * @returns the settings now, and the changes by name.
 */
export async function saveSettings(
  transaction: WriteTransaction,
  actor: Actor,
  { change }: { change(before: AppSettings): AppSettings },
): Promise<{ settings: AppSettings; changes: Changes }> {
  await transaction.lock(['settings']);
  const before = await readSettings(transaction);
  const settings = change(before);
  const changes = settingsChanges(before, settings);
  if (Object.keys(changes).length === 0) return { settings, changes };
  await transaction.query(
    sql`UPDATE app_settings SET settings = ${transaction.dialect.jsonParameter(settings)} WHERE id = 1`,
  );
  transaction.log({
    type: 'app.updated',
    actor_type: actor.type,
    ...(actor.id !== undefined && { actor_id: actor.id }),
    data: { settings, changes },
  });
  return { settings, changes };
}

function settingsChanges(before: AppSettings, after: AppSettings): Changes {
  const names = Object.keys(after) as (keyof AppSettings)[];
  const changed = names.filter(name => !jsonEqual(before[name], after[name]));
  return Object.fromEntries(changed.map(name => [name, { before: before[name], after: after[name] }]));
}

function invalidSettings({
  problems,
  more,
}: {
  problems: readonly { path: PropertyKey[]; message: string }[];
  more: number;
}): RollcallError {
  const issues = problems.map(({ path, message }) => {
    const field = path.map(String).join('.');
    return {
      code: 'INPUT_INVALID' as const,
      message: field ? `${field}: ${message}` : message,
      ...(field && { field }),
    };
  });
  return RollcallError.ofIssues(issues, issues.length + more);
}
