/**
 * A directory with very many users on `sqlite3`, which is made once in a run and copied for each row that changes it. What
 * was written directly is compared with what the product would have written.
 */
import { constants, copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openSqlite3 } from '../limits/raw-sqlite3.mjs';
import { caller } from './call.mjs';
import { temporaryFolder } from './engines.mjs';
import { fillUsers } from './fill-users.mjs';
import { makePerson, scattered } from './people.mjs';
import { startServer, TOKEN } from './servers.mjs';

/** The custom fields that the large directory has indexes for. */
const INDEXED = ['city', 'age'];

/** @returns `copy`, the URL of a database of its own with all users. The first copy waits until they are made. */
export function openLargeDirectory(users) {
  const folder = temporaryFolder();
  const made = new Map();
  let copies = 0;
  return {
    users,
    /** @param indexed whether the custom fields `city` and `age` have their indexes. */
    copy: async ({ indexed = true, count = users } = {}) => {
      if (!made.has(count)) made.set(count, await make(folder, count));
      const file = join(folder, `copy-${copies++}.sqlite`);
      copyFileSync(made.get(count)[indexed ? 'indexed' : 'plain'], file, constants.COPYFILE_FICLONE);
      return {
        url: `sqlite:${file}`,
        file,
        remove: () => {
          for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
        },
      };
    },
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function make(folder, count) {
  const plain = join(folder, `plain-${count}.sqlite`);
  const indexed = join(folder, `indexed-${count}.sqlite`);
  const begun = performance.now();
  await (await startServer(`sqlite:${plain}`)).stop();
  await fillUsers({ file: plain, count });
  copyFileSync(plain, indexed, constants.COPYFILE_FICLONE);
  const server = await startServer(`sqlite:${indexed}`);
  try {
    const call = caller(server.url, TOKEN);
    await call('settings.update', { indexed_custom_fields: INDEXED });
    await compare(call, indexed, count);
  } finally {
    await server.stop();
  }
  const seconds = Math.round((performance.now() - begun) / 1000);
  console.log(`  made a directory of ${count.toLocaleString('en')} users in ${seconds} s`);
  return { plain, indexed };
}

/**
 * Writes some of the users through the product under another id, and some again under their own.
 * @throws Error when the product would have written anything else than what is there.
 */
async function compare(call, file, count) {
  const numbers = Array.from({ length: 20 }, (_, index) => scattered(index, 99) % count);
  const same = [...new Set(numbers)].map(number => makePerson(number));
  const { counts } = await call('users.upsert', { users: same });
  if (counts.unchanged !== same.length) {
    throw new Error(`the product would change users that were written directly: ${JSON.stringify(counts)}`);
  }
  for (const number of numbers.slice(0, 3)) {
    const direct = makePerson(number);
    const through = makePerson(number, { id: `through-${number}` });
    await call('users.upsert', { users: [through] });
    const [one, other] = [await rowsAbout(file, direct.id), await rowsAbout(file, through.id)];
    if (one !== other) throw new Error(`written directly: ${one}\nwritten through the product: ${other}`);
  }
}

/** Everything that a table says about a user, without what differs from one user to the next. */
async function rowsAbout(file, id) {
  const database = await openSqlite3(file);
  const tables = await database.all("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
  const found = {};
  for (const { name } of tables) {
    const columns = (await database.all(`SELECT name FROM pragma_table_info('${name}')`)).map(
      row => row.name,
    );
    const key = name === 'users' || !columns.includes('user_id') ? 'id' : 'user_id';
    if (!columns.includes(key)) continue;
    const rows = await database.all(`SELECT * FROM ${name} WHERE ${key} = ?`, [id]);
    // The words of the id are others in each.
    const isOfId = row => row.field === 'id' && id.split('-').includes(row.word);
    if (rows.length > 0) found[name] = rows.map(row => (isOfId(row) ? { ...row, word: '<word>' } : row));
  }
  await database.close();
  const words = id.split('-').map(word => ` ${word}`);
  return JSON.stringify(found)
    .replaceAll(id, '<id>')
    .replaceAll(words.join(''), '<words>')
    .replace(/(?<!\d)1[0-9]{12}(?!\d)/g, '<time>')
    .replace(/"(seq|last_active|listens_since)":(\d+|null|"?<time>"?)/g, '"$1":"…"');
}
