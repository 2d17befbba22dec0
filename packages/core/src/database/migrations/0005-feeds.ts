import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from './column-types.js';

/** The table of the product feeds. */
export class Feeds0005 implements MigrationInterface {
  readonly name = 'Feeds0000000000005';

  async up(runner: QueryRunner): Promise<void> {
    const { text, integer, boolean, json } = columnTypes(runner);
    await runner.query(`CREATE TABLE activities (
      id ${text} PRIMARY KEY NOT NULL,
      actor_id ${text} NOT NULL,
      verb ${text},
      object ${text},
      custom ${json} NOT NULL,
      pruned ${boolean} NOT NULL,
      created_at ${integer} NOT NULL,
      deleted_at ${integer},
      deleted_with ${text}
    )`);
    await runner.query('CREATE INDEX activities_created_at ON activities (created_at, id)');
    await runner.query('CREATE INDEX activities_actor ON activities (actor_id, created_at, id)');
    // What a sweep has still to do is found by how an activity was deleted; what is pruned is never looked at again.
    await runner.query(
      'CREATE INDEX activities_actor_deletion ON activities (actor_id, pruned, deleted_with)',
    );
  }

  async down(): Promise<void> {
    throw new Error('activities are not thrown away; restore a backup instead');
  }
}
