import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { ROOT } from '../repo/tracked-files.js';
import { SECRET, type ServerProcess, startServerProcess } from './processes/server-process.js';
import type { ReaderProgram, ReaderProject } from './reader-project.js';
import { type Snippet, snippetsOf } from './snippets.js';

/** What the guides take for given, as their index says: a client of each kind, and the secret. */
const GIVEN = `
  import { createClient } from '@rollcall/client';
  import { createServerClient } from '@rollcall/client/server';
  const { GUIDE_URL: url, GUIDE_SECRET: secret, GUIDE_TOKEN: token, GUIDE_USER: id } = process.env;
  const client = createClient({ url });
  if (id) await client.connectUser({ id }, token);
  const modes = { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' };
  Object.assign(globalThis, { server: createServerClient({ url, secret }), client, secret, modes });`;

/** How a piece of TypeScript is started. */
interface Circumstances {
  /** JavaScript of the reader's own program, which runs before it. */
  given?: string;
  /** JavaScript that runs after it, with what it exports as `shown`. */
  afterwards?: string;
  /** The user whose client is given. */
  as?: string;
}

/** A guide that is being followed, in a project and with a server of its own. It knows which of its pieces have been run. */
export class Guide {
  readonly project: ReaderProject;
  readonly server: ServerProcess;
  readonly backEnd: ServerClient;
  /** Its pieces that have not been run yet. */
  readonly left: Set<Snippet>;
  readonly #pieces: Record<'ts' | 'js' | 'sh', Snippet[]>;

  private constructor(
    project: ReaderProject,
    server: ServerProcess,
    pieces: Record<'ts' | 'js' | 'sh', Snippet[]>,
  ) {
    this.project = project;
    this.server = server;
    this.backEnd = createServerClient({ url: server.url, secret: SECRET });
    this.#pieces = pieces;
    this.left = new Set(Object.values(pieces).flat());
  }

  /** @throws Error if the page has a piece in another language, which nobody would run. */
  static async open(page: string, project: ReaderProject, databaseUrl: string | undefined): Promise<Guide> {
    const [ts, js, sh] = await Promise.all([
      snippetsOf(page, 'ts'),
      snippetsOf(page, 'js'),
      snippetsOf(page, 'sh'),
    ]);
    const fences = (await readFile(join(ROOT, page), 'utf8')).match(/^[ \t>]*(?:`{3,}|~{3,})/gm)?.length ?? 0;
    const known = ts.length + js.length + sh.length;
    if (fences !== 2 * known) throw new Error(`${page} has a piece that is neither ts, js nor sh`);
    const server = await startServerProcess(databaseUrl === undefined ? {} : { databaseUrl });
    return new Guide(project, server, { ts, js, sh });
  }

  /** The piece of a language at a place, from 0. */
  piece(language: 'ts' | 'js' | 'sh', place: number): Snippet {
    const piece = this.#pieces[language][place];
    if (!piece) throw new Error(`the guide has no piece ${place} in ${language}`);
    return piece;
  }

  /** Starts a piece of TypeScript, against the server of the guide or another one. */
  async start(
    place: number,
    { given = '', afterwards = '', as }: Circumstances = {},
    url = this.server.url,
  ): Promise<ReaderProgram> {
    const piece = this.#use('ts', place);
    const user: Record<string, string> =
      as === undefined ? {} : { GUIDE_USER: as, GUIDE_TOKEN: await this.backEnd.createToken(as) };
    const env = { GUIDE_URL: url, GUIDE_SECRET: SECRET, ...user };
    return this.project.start(piece, { url, given: `${GIVEN}\n${given}`, afterwards, env });
  }

  /** The same, and what it has printed when it has ended. */
  async run(place: number, circumstances?: Circumstances, url?: string): Promise<string> {
    return (await this.start(place, circumstances, url)).ended;
  }

  /** Starts a piece of the shell, with some of its words replaced. */
  shell(place: number, replaced: Record<string, string> = {}): ReaderProgram {
    let { code } = this.#use('sh', place);
    for (const [shown, real] of Object.entries(replaced)) code = code.replaceAll(shown, real);
    return this.project.shell(code, { ROLLCALL_URL: this.server.url, ROLLCALL_SECRET: SECRET });
  }

  /** Writes a piece of JavaScript into a file of the project. */
  async write(place: number, file: string): Promise<void> {
    await writeFile(join(this.project.folder, file), this.#use('js', place).code);
  }

  async close(): Promise<void> {
    await this.backEnd.disconnect();
    await this.server.stop();
  }

  #use(language: 'ts' | 'js' | 'sh', place: number): Snippet {
    const piece = this.piece(language, place);
    this.left.delete(piece);
    return piece;
  }
}
