import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from './column-types.js';

/**
 * The content that kept answers hold, so that it goes out of them when it is removed for ever. Answers that were kept before are
 * not found by it; they go within a day.
 */
export class ContentInAnswers0020 implements MigrationInterface {
  readonly name = 'ContentInAnswers0000000000020';

  async up(runner: QueryRunner): Promise<void> {
    const { text } = columnTypes(runner);
    await runner.query(`CREATE TABLE idempotency_content (
      content_id ${text} NOT NULL,
      kind ${text} NOT NULL,
      key_id ${text} NOT NULL,
      PRIMARY KEY (content_id, kind, key_id)
    )`);
    await runner.query('CREATE INDEX idempotency_content_key_id ON idempotency_content (key_id)');
  }

  async down(): Promise<void> {
    throw new Error(
      'without it, content that is removed would stay in kept answers; restore a backup instead',
    );
  }
}
