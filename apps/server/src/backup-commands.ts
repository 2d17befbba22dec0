import {
  type BackupOptions,
  parseDatabaseUrl,
  parseSigningKeys,
  type RestoreOptions,
  restoreBackup,
  type SealedBackup,
  writeBackup,
} from '@rollcall/core';
import type { Config } from './config/config.js';
import { readSecret, secretFileOf } from './config/signing-keys.js';

/** A backup that was made, and where the secret is that is not in it. */
export interface BackupReport extends SealedBackup {
  /** The file that keeps the secret; absent when the configuration has it, or nobody. */
  secretFile?: string;
}

/**
 * Backs the configured database up to one file.
 * @throws RollcallError what `writeBackup` throws, and `INPUT_INVALID` for a secret file that others may read.
 */
export async function backup(
  config: Pick<Config, 'databaseUrl' | 'secret'>,
  options: Omit<BackupOptions, 'address' | 'keyIds'>,
): Promise<BackupReport> {
  const { keyIds, file } = await secretAtHand(config);
  const made = await writeBackup({ ...options, address: parseDatabaseUrl(config.databaseUrl), keyIds });
  return { ...made, ...(file !== undefined && { secretFile: file }) };
}

/** A backup that was restored, and whether the secret at hand is the one of its time. */
export interface RestoreReport extends SealedBackup {
  /** The ids of keys that it was made with and that the secret at hand lacks: their tokens are refused. */
  missingKeyIds: (string | null)[];
}

/**
 * Restores a backup to the configured place, which must be empty.
 * @throws RollcallError what `restoreBackup` throws, and `INPUT_INVALID` for a secret file that others may read.
 */
export async function restore(
  config: Pick<Config, 'databaseUrl' | 'secret'>,
  options: Omit<RestoreOptions, 'address'>,
): Promise<RestoreReport> {
  const { keyIds } = await secretAtHand(config);
  const restored = await restoreBackup({ ...options, address: parseDatabaseUrl(config.databaseUrl) });
  return { ...restored, missingKeyIds: restored.head.key_ids.filter(id => !keyIds.includes(id)) };
}

/** The keys of the secret that a server here would have. Unlike a server, this makes none. */
async function secretAtHand({ databaseUrl, secret }: Pick<Config, 'databaseUrl' | 'secret'>) {
  const idsOf = (text: string) => parseSigningKeys(text).map(({ kid }) => kid ?? null);
  if (secret !== undefined) return { keyIds: idsOf(secret) };
  const address = parseDatabaseUrl(databaseUrl);
  if (address.engine === 'postgres') return { keyIds: [] };
  const file = secretFileOf(address.file);
  const kept = await readSecret(file);
  return kept === undefined ? { keyIds: [] } : { keyIds: idsOf(kept), file };
}
