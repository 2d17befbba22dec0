import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * On SQLite: the users of whom a word begins in some way, and those who are online, are found without looking at all others.
 * A table holds the words of names and ids, and triggers keep it up to date at every write.
 */
export class UserWords0014 implements MigrationInterface {
  readonly name = 'UserWords0000000000014';

  async up(runner: QueryRunner): Promise<void> {
    if (runner.connection.options.type === 'postgres') return;
    for (const statement of SQLITE) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('later versions expect the words of users; they are not taken away');
  }
}

/** The columns of words, by the field whose words they are. */
const COLUMNS = { name: 'name_words', id: 'id_words' };

/** Each word has a space in front. A JSON text that ends and begins again in place of each space is an array of the words. */
const wordsOf = (column: string) =>
  `json_each('[' || replace(json_quote(substr(${column}, 2)), ' ', '","') || ']')`;

const rowsOf = (row: string) =>
  Object.entries(COLUMNS)
    .map(
      ([field, column]) =>
        `SELECT '${field}', word.value, ${row}.created_at, ${row}.id FROM ${wordsOf(`${row}.${column}`)} AS word WHERE ${row}.${column} <> ''`,
    )
    .join(' UNION ');

// An upsert would make an error of what a statement of a trigger ignores, so no row may come twice.
const ADD_NEW = `INSERT INTO user_words ${rowsOf('new')};`;
// Each part of the key by itself: of a key as a whole SQLite looks at all of the table.
const REMOVE_OLD = Object.entries(COLUMNS)
  .map(
    ([field, column]) =>
      `DELETE FROM user_words WHERE field = '${field}' AND created_at = old.created_at AND id = old.id
        AND word IN (SELECT word.value FROM ${wordsOf(`old.${column}`)} AS word WHERE old.${column} <> '');`,
  )
  .join(' ');
const CHANGED = ['name_words', 'id_words', 'created_at', 'id'];

const SQLITE = [
  `CREATE TABLE user_words (field text NOT NULL, word text NOT NULL, created_at integer NOT NULL, id text NOT NULL,
    PRIMARY KEY (field, word, created_at, id)) WITHOUT ROWID`,
  ...Object.entries(COLUMNS).map(
    ([field, column]) => `INSERT INTO user_words
      SELECT DISTINCT '${field}', word.value, users.created_at, users.id FROM users, ${wordsOf(`users.${column}`)} AS word
      WHERE users.${column} <> '' ORDER BY 2, 3, 4`,
  ),
  `CREATE TRIGGER user_words_insert AFTER INSERT ON users BEGIN ${ADD_NEW} END`,
  `CREATE TRIGGER user_words_update AFTER UPDATE OF ${CHANGED.join(', ')} ON users
    WHEN ${CHANGED.map(column => `old.${column} IS NOT new.${column}`).join(' OR ')}
    BEGIN ${REMOVE_OLD} ${ADD_NEW} END`,
  `CREATE TRIGGER user_words_delete AFTER DELETE ON users BEGIN ${REMOVE_OLD} END`,
  'CREATE INDEX users_online ON users (created_at, id) WHERE online',
];
