/**
 * Makes the users of Rollcall what an export of people says: creates and changes those who are in it, and deactivates those
 * who are in it no longer. It tries everything first, and writes only when that went well. Running it twice changes
 * nothing the second time.
 *
 *     node sync.js people.ndjson
 *
 * Exit codes: 0 when the users are in step, 1 when somebody has to look. Then the last lines say at what.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createServerClient } from '@rollcall/client/server';

const { ROLLCALL_URL = 'http://localhost:4600', ROLLCALL_SECRET, MAX_MISSING = '5%' } = process.env;
const [file] = process.argv.slice(2);

/** What marks the users who come from this export. The job touches nobody else: no guest, no administrator. */
const SOURCE = 'staff';

/**
 * The user that a person of the export becomes. Only what is named here is stored.
 *
 * @param {{ number?: string, full_name?: string, department?: string }} person
 */
function userOf({ number, full_name, department }) {
  if (!number) throw new Error('a person needs a number');
  return { id: `staff-${number}`, name: full_name, source: SOURCE, ...(department && { department }) };
}

/** The users of the export, one by one, so that a large file does not have to fit into memory. @param {string} path */
async function* usersIn(path) {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    line += 1;
    if (text.trim() === '') continue;
    try {
      yield userOf(JSON.parse(text));
    } catch (error) {
      // The line may be anybody, so nobody counts as missing: the whole source fails.
      throw new Error(`line ${line} of ${path}: ${error instanceof Error ? error.message : error}`);
    }
  }
}

/** @param {import('@rollcall/client/server').ServerClient} server @param {string} path */
async function synchronise(server, path) {
  /** @type {string[]} */
  const refused = [];
  const options = /** @type {const} */ ({
    missing: 'deactivate',
    within: { source: SOURCE },
    max_missing: /^\d+$/.test(MAX_MISSING) ? Number(MAX_MISSING) : /** @type {`${number}%`} */ (MAX_MISSING),
  });
  const trial = await server.syncUsers(usersIn(path), {
    ...options,
    dry_run: true,
    onError: ({ user, error }) => void refused.push(`${user.id}: ${error.message}`),
  });
  console.log(`would create ${trial.created}, change ${trial.updated}, deactivate ${trial.missing}`);
  if (refused.length > 0) throw new Error(`${refused.length} people are refused\n${refused.join('\n')}`);
  if (trial.missing > trial.max_missing) {
    const allowed = `at most ${trial.max_missing} of ${trial.looked_at} may be`;
    throw new Error(`${trial.missing} people are missing, and ${allowed}. Is the export whole?`);
  }

  const result = await server.syncUsers(usersIn(path), options);
  for (const id of result.task_ids) {
    const task = await server.waitForTask(id);
    if (task.status !== 'completed' || task.progress.failed > 0) throw new Error(`task ${id} ${task.status}`);
  }
  const { created, updated, unchanged, missing } = result;
  console.log(
    `created ${created}, changed ${updated}, left ${unchanged} as they were, deactivated ${missing}`,
  );
}

if (!file || !ROLLCALL_SECRET) {
  console.error('Give the file, and the secret of the server in ROLLCALL_SECRET: node sync.js people.ndjson');
  process.exit(1);
}
const server = createServerClient({ url: ROLLCALL_URL, secret: ROLLCALL_SECRET });
try {
  await synchronise(server, file);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await server.disconnect();
}
