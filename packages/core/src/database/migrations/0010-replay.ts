import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from './column-types.js';

/**
 * When each user first had a live connection: from where on its tokens may hear again what they missed. Of users who
 * connected before it is not known. They are told once to read afresh, unless they come back within minutes.
 */
export class Replay0010 implements MigrationInterface {
  readonly name = 'Replay0000000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE users ADD COLUMN listens_since ${columnTypes(runner).integer}`);
  }

  async down(): Promise<void> {
    throw new Error('since when users listen is not thrown away; restore a backup instead');
  }
}
