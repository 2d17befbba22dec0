import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from './column-types.js';

/** The tables of the product chat. */
export class Chat0003 implements MigrationInterface {
  readonly name = 'Chat0000000000003';

  async up(runner: QueryRunner): Promise<void> {
    const { text, integer, boolean, json } = columnTypes(runner);
    await runner.query(`CREATE TABLE channels (
      cid ${text} PRIMARY KEY NOT NULL,
      type ${text} NOT NULL,
      id ${text} NOT NULL,
      owner_id ${text},
      team ${text},
      pair ${text},
      custom ${json} NOT NULL,
      created_at ${integer} NOT NULL,
      updated_at ${integer} NOT NULL,
      last_message_at ${integer},
      deleted_at ${integer}
    )`);
    await runner.query('CREATE INDEX channels_created_at ON channels (created_at, cid)');
    await runner.query('CREATE INDEX channels_owner ON channels (owner_id, cid)');
    await runner.query('CREATE INDEX channels_pair ON channels (pair) WHERE pair IS NOT NULL');

    await runner.query(`CREATE TABLE channel_members (
      cid ${text} NOT NULL,
      user_id ${text} NOT NULL,
      created_at ${integer} NOT NULL,
      deleted_with ${text},
      PRIMARY KEY (cid, user_id)
    )`);
    await runner.query('CREATE INDEX channel_members_user ON channel_members (user_id, cid)');
    await runner.query('CREATE INDEX channel_members_order ON channel_members (cid, created_at, user_id)');

    await runner.query(`CREATE TABLE messages (
      id ${text} PRIMARY KEY NOT NULL,
      cid ${text} NOT NULL,
      user_id ${text} NOT NULL,
      parent_id ${text},
      text ${text},
      attachments ${json} NOT NULL,
      custom ${json} NOT NULL,
      shadowed ${boolean} NOT NULL,
      pruned ${boolean} NOT NULL,
      created_at ${integer} NOT NULL,
      updated_at ${integer} NOT NULL,
      deleted_at ${integer},
      deleted_with ${text}
    )`);
    await runner.query('CREATE INDEX messages_channel ON messages (cid, created_at, id)');
    await runner.query('CREATE INDEX messages_user ON messages (user_id, created_at, id)');
    // What a sweep has still to do is found by how a message was deleted.
    await runner.query('CREATE INDEX messages_user_deletion ON messages (user_id, pruned, deleted_with)');
    await runner.query('CREATE INDEX messages_parent ON messages (parent_id) WHERE parent_id IS NOT NULL');
    await runner.query('CREATE INDEX messages_channel_user ON messages (cid, user_id, created_at)');

    await runner.query(`CREATE TABLE reactions (
      message_id ${text} NOT NULL,
      user_id ${text} NOT NULL,
      type ${text} NOT NULL,
      created_at ${integer} NOT NULL,
      PRIMARY KEY (message_id, user_id, type)
    )`);
    await runner.query('CREATE INDEX reactions_user ON reactions (user_id, message_id, type)');

    await runner.query(`CREATE TABLE flags (
      message_id ${text} NOT NULL,
      user_id ${text} NOT NULL,
      reason ${text},
      created_at ${integer} NOT NULL,
      PRIMARY KEY (message_id, user_id)
    )`);
    await runner.query('CREATE INDEX flags_user ON flags (user_id, message_id)');
    await runner.query('CREATE INDEX flags_created_at ON flags (created_at, message_id, user_id)');

    await runner.query(`CREATE TABLE response_times (
      user_id ${text} PRIMARY KEY NOT NULL,
      responses ${integer} NOT NULL,
      total_ms ${integer} NOT NULL
    )`);
  }

  async down(): Promise<void> {
    throw new Error('what people wrote is not thrown away; restore a backup instead');
  }
}
