import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A list of users sorts by role and by language, and filters by what is true of few users, without looking at all of them.
 * The indexes of the few hold nobody else, so they cost the others nothing.
 */
export class UsersByMoreFields0016 implements MigrationInterface {
  readonly name = 'UsersByMoreFields0000000000016';
  /** PostgreSQL builds the indexes beside the calls that go on. A broken attempt leaves half of one. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const isPostgres = runner.connection.options.type === 'postgres';
    for (const [name, what] of Object.entries(INDEXES)) {
      if (isPostgres) await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
      const create = isPostgres ? 'CREATE INDEX CONCURRENTLY' : 'CREATE INDEX IF NOT EXISTS';
      await runner.query(`${create} ${name} ON users ${what}`);
    }
  }

  async down(): Promise<void> {
    throw new Error('later versions expect the indexes of users; they are not taken away');
  }
}

const INDEXES = {
  users_role_id: '(role, id)',
  users_language: '(language, id)',
  users_banned: '(created_at, id) WHERE banned',
  users_shadow_banned: '(created_at, id) WHERE shadow_banned',
  users_invisible: '(created_at, id) WHERE invisible',
  users_deactivated_at: '(deactivated_at, id) WHERE deactivated_at IS NOT NULL',
};
