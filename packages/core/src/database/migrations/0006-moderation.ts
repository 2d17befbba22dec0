import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from './column-types.js';

/** Bans with their reasons, and who has blocked whom. */
export class Moderation0006 implements MigrationInterface {
  readonly name = 'Moderation0000000000006';

  async up(runner: QueryRunner): Promise<void> {
    const { text, integer, boolean } = columnTypes(runner);
    await runner.query(`CREATE TABLE bans (
      user_id ${text} PRIMARY KEY NOT NULL,
      reason ${text},
      banned_by_id ${text},
      shadow ${boolean} NOT NULL,
      created_at ${integer} NOT NULL,
      expires_at ${integer}
    )`);
    await runner.query('CREATE INDEX bans_created_at ON bans (created_at, user_id)');
    await runner.query('CREATE INDEX bans_banned_by ON bans (banned_by_id) WHERE banned_by_id IS NOT NULL');
    // When the bans that there are began is not known; the last change of the user is the best guess.
    await runner.query(`INSERT INTO bans (user_id, shadow, created_at, expires_at)
      SELECT id, NOT banned, updated_at, ban_expires FROM users WHERE banned OR shadow_banned`);
    await runner.query(
      'CREATE INDEX users_ban_expires ON users (ban_expires, id) WHERE ban_expires IS NOT NULL',
    );

    await runner.query(`CREATE TABLE blocks (
      user_id ${text} NOT NULL,
      blocked_user_id ${text} NOT NULL,
      created_at ${integer} NOT NULL,
      PRIMARY KEY (user_id, blocked_user_id)
    )`);
    await runner.query('CREATE INDEX blocks_blocked ON blocks (blocked_user_id, user_id)');
  }

  async down(): Promise<void> {
    throw new Error('who is banned and why is not thrown away; restore a backup instead');
  }
}
