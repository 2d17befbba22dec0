import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from './column-types.js';

/** Which process holds whom online, and the feed of who came and went. */
export class Presence0007 implements MigrationInterface {
  readonly name = 'Presence0000000000007';

  async up(runner: QueryRunner): Promise<void> {
    const { text, integer } = columnTypes(runner);
    await runner.query(`CREATE TABLE nodes (
      id ${text} PRIMARY KEY NOT NULL,
      started_at ${integer} NOT NULL,
      lease_until ${integer} NOT NULL
    )`);
    await runner.query(`CREATE TABLE node_users (
      node_id ${text} NOT NULL,
      user_id ${text} NOT NULL,
      PRIMARY KEY (node_id, user_id)
    )`);
    await runner.query('CREATE INDEX node_users_user ON node_users (user_id, node_id)');

    await runner.query(`CREATE TABLE presence_changes (
      user_id ${text} PRIMARY KEY NOT NULL,
      seq ${integer} NOT NULL,
      changed_at ${integer} NOT NULL
    )`);
    await runner.query('CREATE INDEX presence_changes_seq ON presence_changes (seq, user_id)');
    await runner.query(`CREATE TABLE presence_stream (
      id ${integer} PRIMARY KEY NOT NULL,
      last_seq ${integer} NOT NULL,
      pruned_seq ${integer} NOT NULL
    )`);
    await runner.query('INSERT INTO presence_stream (id, last_seq, pruned_seq) VALUES (1, 0, 0)');
    // Until now nobody was held online by a process, so whom an earlier version left behind would stay so for ever.
    await runner.query('UPDATE users SET online = false WHERE online = true');
  }

  async down(): Promise<void> {
    throw new Error('presence is not taken back; restore a backup instead');
  }
}
