import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from './column-types.js';

/** The calls that were carried out under an idempotency key, with their answers, and the users whom those name. */
export class Idempotency0018 implements MigrationInterface {
  readonly name = 'Idempotency0000000000018';

  async up(runner: QueryRunner): Promise<void> {
    const { text, integer } = columnTypes(runner);
    await runner.query(`CREATE TABLE idempotency_keys (
      id ${text} PRIMARY KEY NOT NULL,
      user_id ${text},
      fingerprint ${text},
      answer ${text},
      gone ${text},
      created_at ${integer} NOT NULL
    )`);
    await runner.query('CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at)');
    await runner.query(
      'CREATE INDEX idempotency_keys_user_id ON idempotency_keys (user_id, created_at) WHERE user_id IS NOT NULL',
    );
    await runner.query(`CREATE TABLE idempotency_users (
      user_id ${text} NOT NULL,
      key_id ${text} NOT NULL,
      PRIMARY KEY (user_id, key_id)
    )`);
    await runner.query('CREATE INDEX idempotency_users_key_id ON idempotency_users (key_id)');
  }

  async down(): Promise<void> {
    throw new Error('without the keys, calls would be carried out twice; restore a backup instead');
  }
}
