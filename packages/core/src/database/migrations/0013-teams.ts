import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The users of a team are found without looking at all others. PostgreSQL has an index for it. SQLite has none that looks
 * into a list, so a table holds the teams of the users, and triggers keep it up to date at every write.
 */
export class Teams0013 implements MigrationInterface {
  readonly name = 'Teams0000000000013';
  /** PostgreSQL builds the index beside the calls that go on. A broken attempt leaves half of one. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const isPostgres = runner.connection.options.type === 'postgres';
    for (const statement of isPostgres ? POSTGRES : SQLITE) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('later versions expect the index of teams; it is not taken away');
  }
}

const POSTGRES = [
  'DROP INDEX CONCURRENTLY IF EXISTS users_teams',
  'CREATE INDEX CONCURRENTLY users_teams ON users USING gin (teams)',
];

/** A value that is no JSON, which somebody has written past Rollcall, must not end the migration, nor a change that mends it. */
const teamsOf = (row: string) => `json_each(iif(json_valid(${row}.teams), ${row}.teams, '[]'))`;

const ADD_NEW = `INSERT OR IGNORE INTO user_teams SELECT team.value, new.created_at, new.id FROM ${teamsOf('new')} AS team;`;
const REMOVE_OLD = `DELETE FROM user_teams WHERE team IN (SELECT value FROM ${teamsOf('old')}) AND created_at = old.created_at AND id = old.id;`;

const SQLITE = [
  'DROP TRIGGER IF EXISTS user_teams_insert',
  'DROP TRIGGER IF EXISTS user_teams_update',
  'DROP TRIGGER IF EXISTS user_teams_delete',
  'DROP TABLE IF EXISTS user_teams',
  `CREATE TABLE user_teams (team text NOT NULL, created_at integer NOT NULL, id text NOT NULL,
    PRIMARY KEY (team, created_at, id)) WITHOUT ROWID`,
  `INSERT OR IGNORE INTO user_teams
    SELECT team.value, users.created_at, users.id FROM users, ${teamsOf('users')} AS team`,
  `CREATE TRIGGER user_teams_insert AFTER INSERT ON users WHEN new.teams <> '[]' BEGIN ${ADD_NEW} END`,
  `CREATE TRIGGER user_teams_update AFTER UPDATE OF id, teams, created_at ON users
    WHEN old.teams <> new.teams OR old.created_at <> new.created_at OR old.id <> new.id
    BEGIN ${REMOVE_OLD} ${ADD_NEW} END`,
  `CREATE TRIGGER user_teams_delete AFTER DELETE ON users WHEN old.teams <> '[]' BEGIN ${REMOVE_OLD} END`,
];
