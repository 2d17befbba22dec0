import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The members of a call in the order in which they became members, so that the first hundred of a call of thousands are
 * found without the others.
 */
export class CallMembers0011 implements MigrationInterface {
  readonly name = 'CallMembers0000000000011';
  /** PostgreSQL builds the index beside the calls that go on. A broken attempt leaves half of one. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const beside = runner.connection.options.type === 'postgres' ? 'CONCURRENTLY' : '';
    await runner.query(`DROP INDEX ${beside} IF EXISTS call_members_order`);
    await runner.query(
      `CREATE INDEX ${beside} IF NOT EXISTS call_members_order ON call_members (cid, created_at, user_id)`,
    );
  }

  async down(): Promise<void> {
    throw new Error('later versions expect the index; it is not taken away');
  }
}
