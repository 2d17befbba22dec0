import { randomBytes } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from './column-types.js';

/** The first schema: users, roles, settings, the event log, tasks. A migration that has been released never changes. */
export class Directory0001 implements MigrationInterface {
  readonly name = 'Directory0000000000001';

  async up(runner: QueryRunner): Promise<void> {
    const { text, integer, boolean, json } = columnTypes(runner);
    await runner.query(`CREATE TABLE users (
      id ${text} PRIMARY KEY NOT NULL,
      name ${text},
      name_key ${text},
      name_words ${text},
      id_words ${text} NOT NULL,
      image ${text},
      role ${text} NOT NULL,
      teams ${json} NOT NULL,
      teams_role ${json},
      custom ${json} NOT NULL,
      language ${text},
      invisible ${boolean} NOT NULL,
      privacy_settings ${json},
      push_notifications ${json},
      banned ${boolean} NOT NULL,
      shadow_banned ${boolean} NOT NULL,
      ban_expires ${integer},
      blocked_user_ids ${json} NOT NULL,
      devices ${json} NOT NULL,
      online ${boolean} NOT NULL,
      last_active ${integer},
      avg_response_time ${integer},
      created_at ${integer} NOT NULL,
      updated_at ${integer} NOT NULL,
      deactivated_at ${integer},
      deleted_at ${integer},
      revoke_tokens_issued_before ${integer},
      revision ${integer} NOT NULL
    )`);
    await runner.query('CREATE INDEX users_created_at ON users (created_at, id)');
    await runner.query('CREATE INDEX users_updated_at ON users (updated_at, id)');
    await runner.query('CREATE INDEX users_last_active ON users (last_active, id)');
    await runner.query('CREATE INDEX users_name ON users (name, id)');
    await runner.query('CREATE INDEX users_name_key ON users (name_key)');
    await runner.query('CREATE INDEX users_role ON users (role, created_at, id)');

    await runner.query(
      `CREATE TABLE roles (name ${text} PRIMARY KEY NOT NULL, created_at ${integer} NOT NULL)`,
    );

    await runner.query(`CREATE TABLE app_settings (
      id ${integer} PRIMARY KEY NOT NULL CHECK (id = 1),
      settings ${json} NOT NULL
    )`);
    await runner.query(`INSERT INTO app_settings (id, settings) VALUES (1, '{}')`);

    await runner.query(`CREATE TABLE event_stream (
      id ${integer} PRIMARY KEY NOT NULL CHECK (id = 1),
      epoch ${text} NOT NULL,
      last_seq ${integer} NOT NULL,
      min_seq ${integer} NOT NULL
    )`);
    const epoch = randomBytes(4).toString('hex');
    await runner.query(
      `INSERT INTO event_stream (id, epoch, last_seq, min_seq) VALUES (1, '${epoch}', 0, 1)`,
    );

    // The data of an event is never looked into by the database, so it is text on every engine.
    await runner.query(`CREATE TABLE events (
      seq ${integer} PRIMARY KEY NOT NULL,
      type ${text} NOT NULL,
      at ${integer} NOT NULL,
      actor_type ${text} NOT NULL,
      actor_id ${text},
      user_id ${text},
      data ${text} NOT NULL
    )`);
    await runner.query('CREATE INDEX events_user ON events (user_id, seq)');

    await runner.query(`CREATE TABLE tasks (
      id ${text} PRIMARY KEY NOT NULL,
      type ${text} NOT NULL,
      status ${text} NOT NULL,
      actor ${json} NOT NULL,
      input ${json} NOT NULL,
      position ${json},
      done ${integer} NOT NULL,
      total ${integer} NOT NULL,
      failed ${integer} NOT NULL,
      result ${json} NOT NULL,
      error ${json},
      tries ${integer} NOT NULL,
      run_at ${integer} NOT NULL,
      lease_until ${integer},
      fence ${integer} NOT NULL,
      cancel_requested ${boolean} NOT NULL,
      cancelled_by ${json},
      created_at ${integer} NOT NULL,
      updated_at ${integer} NOT NULL,
      started_at ${integer},
      finished_at ${integer}
    )`);
    await runner.query('CREATE INDEX tasks_status ON tasks (status, run_at)');
    await runner.query('CREATE INDEX tasks_created_at ON tasks (created_at, id)');
  }

  async down(): Promise<void> {
    throw new Error('the first schema has nothing before it');
  }
}
