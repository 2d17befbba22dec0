/**
 * What a {@link ReaderProcess} runs: it reads an embedded file, one statement after another, as its parent asks. It is
 * JavaScript because Node runs it as it stands, both beside the sources and in the built package.
 */
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/**
 * Ends this process when its parent is gone, also in the middle of a statement, when nothing else here gets a turn. It has
 * a thread of its own.
 */
const WATCH_PARENT = `
const parent = process.ppid;
setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGKILL'), 500);
`;

/** @type {import('./reader-process.js').ReaderProgram} */
const { driver, file, pragmas } = JSON.parse(process.argv[2] ?? '');

process.title = 'rollcall reader';
// A signal that stops the server may reach its whole process group. Running calls are answered first, so the parent says when to end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
new Worker(WATCH_PARENT, { eval: true }).unref();

const database = open();

/** Statements that stay prepared, by their texts; the one that was used last is the last one. */
const prepared = new Map();
const MOST_PREPARED = 200;

process.on('message', message => {
  // The parent knows why, and ends this process.
  if (!database) return;
  const { id, script, text, values } =
    /** @type {{ id: number, script?: string, text: string, values: unknown[] }} */ (message);
  process.send?.(answer(id, () => (script === undefined ? run(text, values) : database.exec(script) && [])));
});

/** Opens the file, or tells the parent why it cannot be opened. */
function open() {
  try {
    const Database = createRequire(import.meta.url)(driver);
    const opened = new Database(file, { readonly: true, fileMustExist: true });
    for (const pragma of pragmas) opened.pragma(pragma);
    opened.exec('BEGIN');
    return opened;
  } catch (error) {
    const { code, message } = /** @type {{ code?: string, message: string }} */ (error);
    process.send?.({ unopened: { code, message } });
    return undefined;
  }
}

/**
 * @param {number} id
 * @param {() => Record<string, unknown>[]} rowsOf
 */
function answer(id, rowsOf) {
  try {
    return { id, rows: rowsOf() };
  } catch (error) {
    const { code, message } = /** @type {{ code?: string, message: string }} */ (error);
    return { id, error: { code, message } };
  }
}

/**
 * @param {string} text
 * @param {unknown[]} values
 */
function run(text, values) {
  const statement = prepare(text);
  if (statement.reader) return statement.all(...values);
  statement.run(...values);
  return [];
}

/** @param {string} text */
function prepare(text) {
  const statement = prepared.get(text) ?? database.prepare(text);
  prepared.delete(text);
  prepared.set(text, statement);
  if (prepared.size > MOST_PREPARED) prepared.delete(prepared.keys().next().value);
  return statement;
}
