/**
 * Queries of a directory with very many users on `sqlite3`, one at a time and 16 in flight. The limit of one is an empty call
 * through the same stack (`settings.get`) and a prepared statement of the driver that reads the same rows.
 */
import { openSqlite3 } from '../limits/raw-sqlite3.mjs';
import { caller } from '../stage/call.mjs';
import { inFlightFor, now } from '../stage/in-flight.mjs';
import { tableLine } from '../stage/lines.mjs';
import { percentile } from '../stage/numbers.mjs';
import { ageOf, cityOf, firstNameOf, idOf, RARE_TEAM, scattered, teamOf } from '../stage/people.mjs';
import { startServer, TOKEN } from '../stage/servers.mjs';

const IN_FLIGHT = 16;
const LIMIT = 30;
const PAGE = 1000;

const thirty = (k, users) => Array.from({ length: 30 }, (_, j) => idOf((k * 7919 + j * 3571) % users));

/** By name: what is asked for the kth time, and a statement that reads the same rows. */
const COMMON = {
  'by id': {
    ask: (k, users) => ({ filter: { id: idOf(scattered(k, 11) % users) } }),
    statement: 'SELECT * FROM users WHERE id = ?',
    parameters: (k, users) => [idOf(scattered(k, 11) % users)],
  },
  '30 ids': {
    ask: (k, users) => ({ filter: { id: { $in: thirty(k, users) } } }),
    statement: 'SELECT * FROM users WHERE id IN (SELECT value FROM json_each(?))',
    parameters: (k, users) => [JSON.stringify(thirty(k, users))],
    perSecond: 1000,
  },
  'indexed custom field (city)': {
    ask: k => ({ filter: { city: cityOf(k) } }),
    index: 'city',
    parameters: k => [cityOf(k)],
  },
  'indexed custom field (age)': {
    ask: k => ({ filter: { age: ageOf(k) } }),
    index: 'age',
    parameters: k => [ageOf(k)],
    perSecond: 1000,
  },
  'autocomplete of a name': {
    ask: k => ({ filter: { name: { $autocomplete: firstNameOf(k).slice(0, 3) } } }),
    statement:
      'SELECT * FROM users WHERE instr(name_words, ?) > 0 ORDER BY created_at DESC, id DESC LIMIT 30',
    parameters: k => [` ${firstNameOf(k).slice(0, 3).toLowerCase()}`],
    perSecond: 600,
  },
  'sorted by name': {
    ask: () => ({ filter: {}, sort: [{ field: 'name', direction: 1 }] }),
    statement: 'SELECT * FROM users ORDER BY name, id LIMIT 30',
    parameters: () => [],
  },
  'sorted by last_active': {
    ask: () => ({ filter: {}, sort: [{ field: 'last_active', direction: -1 }] }),
    statement: 'SELECT * FROM users ORDER BY last_active DESC, id DESC LIMIT 30',
    parameters: () => [],
  },
  'page 1,000 of all': {
    paged: true,
    statement:
      'SELECT * FROM users WHERE (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT 30',
  },
};

/** By name: queries that few or no users match, and the bar in milliseconds. */
const RARE = {
  'role + team + custom': k => ({
    filter: { role: 'admin', teams: { $contains: teamOf(k) }, age: ageOf(k) },
  }),
  'autocomplete that nobody matches': k => ({ filter: { name: { $autocomplete: `zzq${k}` } } }),
  'the same, sorted by name': k => ({
    filter: { name: { $autocomplete: `zzq${k}` } },
    sort: [{ field: 'name', direction: 1 }],
  }),
  '`teams $contains` of a team with few users': () => ({ filter: { teams: { $contains: RARE_TEAM } } }),
  '`teams $contains` of a team without users': k => ({ filter: { teams: { $contains: `no-team-${k}` } } }),
  '`last_active $gt` that few match': (_, { since }) => ({ filter: { last_active: { $gt: since } } }),
};
const RARE_MS = 10;

const STATEMENTS =
  'The limit has one statement. A query has three, each of which is a way to the thread of the driver and back, 0.1 to 0.2 ms: the settings and the position from which events go on; how many users each part of the filter has, so that the query begins where few are; and the page. The answer also has the JSON of thirty users to write.';
const SHARED_CORES =
  'The one thread of the server is busy all the time: a call that answers with thirty users costs it about a millisecond, and one that names thirty ids more, since each of them is looked up by itself. Most of it is the JSON of the users, which the driver hands over and the server shapes for the caller and writes.';

/** So many users were here last. */
const LATELY = 20;

export const queries = {
  name: 'queries',
  says: 'queries of the large directory',
  run: ({ quick, users, large }) =>
    measure({ users, large, turns: quick ? 40 : 200, seconds: quick ? 1 : 4, mostMs: quick ? 5000 : 20_000 }),
};

/** Opens the directory for a measurement, and closes it afterwards. */
async function within({ users, large }, measure) {
  const directory = await large.copy({ count: users });
  const server = await startServer(directory.url);
  const call = caller(server.url, TOKEN);
  const reader = await openSqlite3(directory.file);
  try {
    await reader.exec('PRAGMA cache_size = -65536');
    const [{ last_active: since }] = await reader.all(
      `SELECT last_active FROM users ORDER BY last_active DESC LIMIT 1 OFFSET ${LATELY}`,
    );
    return await measure({ call, reader, since });
  } finally {
    await reader.close();
    await server.stop();
    directory.remove();
  }
}

/** @returns by name, the median of each query in milliseconds. */
export function timeQueries({ users, large, turns, mostMs }) {
  return within({ users, large }, async ({ call, reader, since }) => {
    const medians = {};
    for (const [name, query] of [...Object.entries(COMMON), ...Object.entries(RARE)]) {
      const { ask } =
        typeof query === 'function'
          ? { ask: k => query(k, { since }) }
          : await prepared(query, { call, reader, users });
      const [tookMs] = await beside({ turns, mostMs }, [k => call('users.query', ask(k))]);
      medians[name] = percentile(tookMs, 0.5);
    }
    return medians;
  });
}

function measure({ users, large, turns, seconds, mostMs }) {
  return within({ users, large }, async ({ call, reader, since }) => {
    const lines = [];
    for (const [name, query] of Object.entries(COMMON)) {
      const { ask, run } = await prepared(query, { call, reader, users });
      const took = await beside({ turns, mostMs }, [
        k => call('users.query', ask(k)),
        () => call('settings.get'),
        run,
      ]);
      lines.push(...commonLines(name, users, took));
      if (!query.perSecond) continue;
      const { perSecond } = await inFlightFor({
        seconds,
        width: IN_FLIGHT,
        run: k => call('users.query', ask(k)),
      });
      const work = `${name}, ${counted(users)} users, 16 in flight`;
      lines.push(
        tableLine({ work, ours: perSecond, unit: 'calls/s', least: query.perSecond, why: SHARED_CORES }),
      );
    }
    for (const [name, ask] of Object.entries(RARE)) {
      const [tookMs] = await beside({ turns, mostMs }, [k => call('users.query', ask(k, { since }))]);
      lines.push(
        tableLine({
          work: `${name}, ${counted(users)} users: p50`,
          ours: percentile(tookMs, 0.5),
          unit: 'ms',
          most: RARE_MS,
          note: `p95 ${percentile(tookMs, 0.95).toFixed(1)} ms`,
        }),
      );
    }
    return lines;
  });
}

const counted = users => users.toLocaleString('en');

/** What is asked, and what the driver runs for it. */
async function prepared(query, { call, reader, users }) {
  if (query.paged) return thousandthPage(query, { call, reader });
  const statement = query.statement ?? (await byIndex(reader, query.index));
  return {
    ask: k => ({ options: { limit: LIMIT }, ...query.ask(k, users) }),
    run: k => reader.all(statement, query.parameters(k, users)),
  };
}

/** A statement that the index of a custom field answers. It is a table, and the trigger that fills it says of which field. */
async function byIndex(reader, field) {
  const triggers = await reader.all(
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'users_custom_%_insert_%'",
  );
  const found = triggers.find(({ sql }) => sql.includes(`'$."${field}"'`));
  if (!found) throw new Error(`the large directory has no index of ${field}`);
  const [table] = found.name.split('_insert_');
  return `SELECT users.* FROM ${table} CROSS JOIN users ON users.id = user_id WHERE custom_key = ? ORDER BY user_created_at DESC, user_id DESC LIMIT ${LIMIT}`;
}

/** Follows the cursors to the page before it. */
async function thousandthPage({ statement }, { call, reader }) {
  let next;
  let last;
  for (let page = 1; page < PAGE; page++) {
    const answer = await call('users.query', { options: { limit: LIMIT, ...(next && { next }) } });
    // A small directory has fewer pages: then it is the last one.
    if (!answer.next) break;
    next = answer.next;
    last = answer.users.at(-1);
  }
  return {
    ask: () => ({ options: { limit: LIMIT, next } }),
    run: () => reader.all(statement, [last.created_at, last.id]),
  };
}

/** Runs several things in turn. @returns for each, how long each turn took, in milliseconds. */
async function beside({ turns, mostMs }, runs) {
  for (let k = 0; k < 3; k++) for (const run of runs) await run(k);
  const took = runs.map(() => []);
  const end = now() + mostMs;
  for (let k = 0; k < turns && now() < end; k++) {
    for (const [index, run] of runs.entries()) {
      const at = now();
      await run(k);
      took[index].push(now() - at);
    }
  }
  return took;
}

function commonLines(name, users, [ours, empty, statement]) {
  // The two halves of the limit belong to one turn, so that a slow moment of the machine is in both sides.
  const limit = empty.map((ms, turn) => ms + statement[turn]);
  const at = share => ({ ours: percentile(ours, share), limit: percentile(limit, share) });
  return [
    tableLine({
      work: `${name}, ${counted(users)} users: p95`,
      ...at(0.95),
      unit: 'ms',
      limitIs: 'an empty call and the statement',
      most: 1.6,
      stretch: '1.3 ×',
      why: STATEMENTS,
      note: `p50 ${at(0.5).ours.toFixed(2)} ms, limit ${at(0.5).limit.toFixed(2)}`,
    }),
  ];
}
