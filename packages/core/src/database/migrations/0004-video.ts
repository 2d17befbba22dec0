import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from './column-types.js';

/** The tables of the product video. */
export class Video0004 implements MigrationInterface {
  readonly name = 'Video0000000000004';

  async up(runner: QueryRunner): Promise<void> {
    const { text, integer, boolean, json } = columnTypes(runner);
    await runner.query(`CREATE TABLE calls (
      cid ${text} PRIMARY KEY NOT NULL,
      type ${text} NOT NULL,
      id ${text} NOT NULL,
      created_by_id ${text},
      people ${integer} NOT NULL,
      custom ${json} NOT NULL,
      started_at ${integer},
      ended_at ${integer},
      created_at ${integer} NOT NULL,
      updated_at ${integer} NOT NULL,
      deleted_at ${integer},
      deleted_with ${text}
    )`);
    await runner.query('CREATE INDEX calls_created_at ON calls (created_at, cid)');
    await runner.query('CREATE INDEX calls_created_by ON calls (created_by_id)');

    await runner.query(`CREATE TABLE call_members (
      cid ${text} NOT NULL,
      user_id ${text} NOT NULL,
      joined_at ${integer},
      left_at ${integer},
      created_at ${integer} NOT NULL,
      deleted ${boolean} NOT NULL,
      PRIMARY KEY (cid, user_id)
    )`);
    await runner.query('CREATE INDEX call_members_user ON call_members (user_id, cid)');
  }

  async down(): Promise<void> {
    throw new Error('calls are not thrown away; restore a backup instead');
  }
}
