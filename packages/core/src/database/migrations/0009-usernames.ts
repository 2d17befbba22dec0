import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The most users that are read at once. */
const PAGE = 1000;

/**
 * Normalised names without characters that are shown as nothing. Without it, a name that was stored with such a
 * character, as many emoji are, would no longer meet the same name that is given now. Names that turn out to be the same
 * stay: the rule holds for later writes. It reads all names, and locks only the users whose key changes.
 */
export class Usernames0009 implements MigrationInterface {
  readonly name = 'Usernames0000000000009';

  async up(runner: QueryRunner): Promise<void> {
    const mark = (place: number) => (runner.connection.options.type === 'postgres' ? `$${place}` : '?');
    let after = '';
    for (;;) {
      const rows: { id: string; name: string; name_key: string | null }[] = await runner.query(
        `SELECT id, name, name_key FROM users WHERE name IS NOT NULL AND id > ${mark(1)} ORDER BY id LIMIT ${PAGE}`,
        [after],
      );
      for (const { id, name, name_key } of rows) {
        const key = usernameKey(name);
        if (key === name_key) continue;
        await runner.query(`UPDATE users SET name_key = ${mark(1)} WHERE id = ${mark(2)}`, [key, id]);
      }
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) return;
      after = last.id;
    }
  }

  async down(): Promise<void> {
    throw new Error('normalised names are not taken back; restore a backup instead');
  }
}

/** The normalised form as of this migration. A later form has a migration of its own, and this one stays. */
function usernameKey(name: string): string | null {
  if (/^[\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Cc}\p{Cf}\u2800]*$/u.test(name)) return null;
  const composed = name
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}+/gu, '')
    .normalize('NFKC');
  const kept = composed.replace(/[^\p{L}\p{M}\p{N}]+/gu, '').toLowerCase();
  return kept === '' ? composed.trim().toLowerCase() : kept;
}
