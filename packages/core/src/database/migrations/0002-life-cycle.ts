import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from './column-types.js';

/**
 * What the life cycle of users needs: how a user was deleted, the users of a task apart from the task, sweeps, tombstones,
 * which entries of the log name a user beside the one they are about, and the content of exports.
 */
export class LifeCycle0002 implements MigrationInterface {
  readonly name = 'LifeCycle0000000000002';

  async up(runner: QueryRunner): Promise<void> {
    const { text, integer, boolean, json } = columnTypes(runner);
    await runner.query(`ALTER TABLE users ADD COLUMN deletion ${text}`);
    await runner.query('CREATE INDEX users_deleted_at ON users (deleted_at) WHERE deleted_at IS NOT NULL');

    await runner.query(`CREATE TABLE task_users (
      task_id ${text} NOT NULL,
      ordinal ${integer} NOT NULL,
      user_id ${text} NOT NULL,
      outcome ${json},
      PRIMARY KEY (task_id, ordinal)
    )`);
    await runner.query('CREATE INDEX task_users_user ON task_users (user_id)');
    await moveUsersOfTasks(runner);
    await runner.query(`ALTER TABLE tasks ADD COLUMN within_user ${boolean}`);
    await runner.query(`ALTER TABLE tasks ADD COLUMN output ${json}`);
    // A hard deletion looks for its user everywhere.
    await runner.query("CREATE INDEX tasks_actor ON tasks ((actor ->> 'id'))");
    await runner.query("CREATE INDEX tasks_cancelled_by ON tasks ((cancelled_by ->> 'id'))");
    await runner.query('CREATE INDEX tasks_finished_at ON tasks (finished_at) WHERE finished_at IS NOT NULL');

    await runner.query(`CREATE TABLE sweeps (
      user_id ${text} PRIMARY KEY NOT NULL,
      task_id ${text} NOT NULL,
      kind ${text} NOT NULL,
      user_mode ${text},
      user_changed ${boolean} NOT NULL,
      heir_id ${text},
      messages ${text},
      conversations ${text},
      calls ${text},
      changed ${json} NOT NULL,
      told ${text}
    )`);
    await runner.query('CREATE INDEX sweeps_task ON sweeps (task_id)');
    await runner.query(
      `CREATE TABLE tombstones (id ${text} PRIMARY KEY NOT NULL, deleted_at ${integer} NOT NULL)`,
    );

    await runner.query(`CREATE TABLE event_mentions (
      user_id ${text} NOT NULL,
      seq ${integer} NOT NULL,
      PRIMARY KEY (user_id, seq)
    )`);
    await runner.query('CREATE INDEX event_mentions_seq ON event_mentions (seq)');
    await runner.query('CREATE INDEX events_actor ON events (actor_id, seq) WHERE actor_id IS NOT NULL');

    await runner.query(`CREATE TABLE export_chunks (
      task_id ${text} NOT NULL,
      number ${integer} NOT NULL,
      content ${text} NOT NULL,
      PRIMARY KEY (task_id, number)
    )`);
  }

  async down(): Promise<void> {
    throw new Error('the results of tasks have moved; restore a backup instead');
  }
}

/** What became of the users of a task stood in the task, and whom it was about in its input: both move into rows. */
async function moveUsersOfTasks(runner: QueryRunner): Promise<void> {
  const columns = 'INSERT INTO task_users (task_id, ordinal, user_id, outcome)';
  if (runner.connection.options.type === 'postgres') {
    await runner.query(`${columns} SELECT tasks.id, asked.ordinality - 1, asked.user_id, tasks.result -> 'users' -> asked.user_id
      FROM tasks, jsonb_array_elements_text(tasks.input -> 'ids') WITH ORDINALITY AS asked(user_id, ordinality)`);
    await runner.query("UPDATE tasks SET input = input - 'ids', position = NULL");
  } else {
    await runner.query(`${columns} SELECT tasks.id, asked.key, asked.value,
        (SELECT done.value FROM json_each(tasks.result, '$.users') AS done WHERE done.key = asked.value)
      FROM tasks, json_each(tasks.input, '$.ids') AS asked`);
    await runner.query("UPDATE tasks SET input = json_remove(input, '$.ids'), position = NULL");
  }
  await runner.query('ALTER TABLE tasks DROP COLUMN result');
}
