import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The most users that are read at once. */
const PAGE = 1000;

/**
 * The words of ids and names with strokes and apostrophes folded, and with each character a word of its own in scripts that
 * are written without spaces. It reads all users, and locks only those whose words change. Until a process of the version
 * before has ended, users whom it writes have their words in the form of before.
 */
export class SearchWords0012 implements MigrationInterface {
  readonly name = 'SearchWords0000000000012';

  async up(runner: QueryRunner): Promise<void> {
    const mark = (place: number) => (runner.connection.options.type === 'postgres' ? `$${place}` : '?');
    const page = `SELECT id, name, id_words, name_words FROM users WHERE id > ${mark(1)} ORDER BY id LIMIT ${PAGE}`;
    const update = `UPDATE users SET id_words = ${mark(1)}, name_words = ${mark(2)} WHERE id = ${mark(3)}`;
    let after = '';
    for (;;) {
      const rows: { id: string; name: string | null; id_words: string; name_words: string | null }[] =
        await runner.query(page, [after]);
      for (const { id, name, id_words, name_words } of rows) {
        const words = [searchText(id), name === null ? null : searchText(name)] as const;
        if (words[0] !== id_words || words[1] !== name_words) await runner.query(update, [...words, id]);
      }
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) return;
      after = last.id;
    }
  }

  async down(): Promise<void> {
    throw new Error('the words of users are not taken back; restore a backup instead');
  }
}

// The form as of this migration. A later form has a migration of its own, and this one stays.

const PLAIN_LETTERS: Readonly<Record<string, string>> = Object.fromEntries(
  'ł=l đ=d ð=d ø=o ħ=h ŧ=t ƀ=b ȼ=c ɇ=e ǥ=g ɨ=i ı=i ɉ=j ɍ=r ʉ=u ɏ=y ƶ=z ⱥ=a ⱦ=t æ=ae œ=oe þ=th'
    .split(' ')
    .map(pair => pair.split('=')),
);
const WITHOUT_PLAIN = /[łđðøħŧƀȼɇǥɨıɉɍʉɏƶⱥⱦæœþ]/g;
const APOSTROPHES = /(?<=[\p{L}\p{M}\p{N}])['’ʼ‘‛`´＇′ʹ](?=[\p{L}\p{N}])/gu;
const WITHOUT_SPACES =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/gu;

function searchText(text: string): string {
  const apart = text.replace(APOSTROPHES, ' ');
  const words = apart === text ? searchWords(text) : [...searchWords(text), ...searchWords(apart)];
  return words.map(word => ` ${word}`).join('');
}

function searchWords(text: string): string[] {
  const words = fold(text.replace(APOSTROPHES, '')).match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.map(word => word.replace(WITHOUT_SPACES, ' $& ').replace(/ +/g, ' ').trim());
}

function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replaceAll('ς', 'σ')
    .replace(WITHOUT_PLAIN, letter => PLAIN_LETTERS[letter] ?? letter);
}
