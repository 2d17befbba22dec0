import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from './column-types.js';

/** The users whom a task that acts on very many has still to reach, as lists. */
export class TaskLists0015 implements MigrationInterface {
  readonly name = 'TaskLists0000000000015';

  async up(runner: QueryRunner): Promise<void> {
    const { text, integer, json } = columnTypes(runner);
    await runner.query(`CREATE TABLE task_lists (
      task_id ${text} NOT NULL,
      number ${integer} NOT NULL,
      first_user_id ${text},
      last_user_id ${text},
      user_ids ${json} NOT NULL,
      PRIMARY KEY (task_id, number)
    )`);
    await runner.query('CREATE INDEX task_lists_users ON task_lists (first_user_id, last_user_id)');
  }

  async down(): Promise<void> {
    throw new Error('later versions expect the lists of tasks; they are not taken away');
  }
}
