import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';

/**
 * Another program that opens the file of a server. It has to be a process of its own: SQLite locks by means of the system,
 * which gives the locks of a file to a process, and a second SQLite within the process of the server would share them.
 */
const PROGRAM = `
  const [driver, file, ...statements] = process.argv.slice(1);
  const database = new (require(driver))(file);
  for (const statement of statements) database.exec(statement);
  process.stdout.write('done');
  process.stdin.resume().once('end', () => database.close());
`;

const DRIVER = createRequire(import.meta.url).resolve('better-sqlite3');

/** A program that has run its statements and keeps the file open. */
export interface OtherProgram {
  /** Closes the file, and with it whatever was begun; resolves when the program has ended. */
  close(): Promise<void>;
}

/** Runs statements on the file of a server, and keeps it open. */
export async function openElsewhere(databaseUrl: string, ...statements: string[]): Promise<OtherProgram> {
  const file = databaseUrl.replace(/^sqlite:/, '');
  const child: ChildProcess = spawn(process.execPath, ['-e', PROGRAM, DRIVER, file, ...statements], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const [said] = await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), ended]);
  if (String(said) !== 'done')
    throw new Error(`the statements were not carried out: ${statements.join('; ')}`);
  return {
    close: async () => {
      child.stdin?.end();
      await ended;
    },
  };
}

/** Runs statements on the file of a server, by another program. */
export async function changeElsewhere(databaseUrl: string, ...statements: string[]): Promise<void> {
  const program = await openElsewhere(databaseUrl, ...statements);
  await program.close();
}
