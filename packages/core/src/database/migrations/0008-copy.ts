import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from './column-types.js';

/** Whether this database is being made by a copy of another one. It has one row then, which stays. */
export class Copy0008 implements MigrationInterface {
  readonly name = 'Copy0000000000008';

  async up(runner: QueryRunner): Promise<void> {
    const { text, integer, json } = columnTypes(runner);
    await runner.query(`CREATE TABLE copies (
      id ${integer} PRIMARY KEY NOT NULL CHECK (id = 1),
      source_epoch ${text} NOT NULL,
      foreign_keys ${json} NOT NULL,
      started_at ${integer} NOT NULL,
      finished_at ${integer}
    )`);
  }

  async down(): Promise<void> {
    throw new Error('a half of a copy must not pass for a whole; restore a backup instead');
  }
}
