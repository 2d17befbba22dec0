import { DEFAULT_GRANTS, GRANTS } from '@rollcall/protocol';
import { type ServerProcess, startServerProcess } from '../processes/server-process.js';
import { until } from '../until.js';
import { type CallerKind, type Outcome, roleOf, type Scene, sceneOf } from './permission-callers.js';
import type { PermissionRow } from './permission-row.js';
import { signToken } from './sign-token.js';

/** How a procedure is called. */
export type ProcedureType = 'query' | 'mutation' | 'subscription';

/** The server takes no more calls in one request. */
const CALLS_PER_BATCH = 20;

const SIGNED_TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]{43}/;

const HAVE_NO_USER: readonly CallerKind[] = ['nobody', 'anonymous', 'server', 'reader'];

/** A server with the roles and settings of the matrix, called over plain HTTP, so that no client hides an answer. */
export class PermissionStage {
  readonly #process: ServerProcess;
  readonly #types: Readonly<Record<string, ProcedureType>>;
  readonly #serverToken: string;
  #lastRow = 0;

  private constructor(
    process: ServerProcess,
    types: Readonly<Record<string, ProcedureType>>,
    serverToken: string,
  ) {
    this.#process = process;
    this.#types = types;
    this.#serverToken = serverToken;
  }

  /** @param types of every procedure, by path. */
  static async open(types: Readonly<Record<string, ProcedureType>>): Promise<PermissionStage> {
    const many = '1000000';
    const env = { ROLLCALL_CLIENT_CALLS_PER_MINUTE: many, ROLLCALL_GUESTS_PER_MINUTE: many };
    const stage = new PermissionStage(
      await startServerProcess({ env }),
      types,
      await signToken({ server: true }),
    );
    const grants: Record<string, readonly string[]> = { ...DEFAULT_GRANTS, nothing: [] };
    for (const grant of GRANTS) {
      grants[`only-${grant}`] = [grant];
      grants[`all-but-${grant}`] = GRANTS.filter(one => one !== grant);
    }
    for (const name of Object.keys(grants).filter(name => !(name in DEFAULT_GRANTS))) {
      await stage.asServer('roles.create', { name });
    }
    await stage.asServer('settings.update', { grants, multi_tenant_enabled: true, guests_enabled: true });
    return stage;
  }

  /** Ends the server; resolves with its exit code. */
  close(): Promise<number | null> {
    return this.#process.stop();
  }

  /** Calls with a server token. @throws Error when it is refused. */
  readonly asServer = async (path: string, input: object): Promise<Record<string, unknown>> => {
    const answer = await this.#send(path, input, this.#serverToken);
    const body = (await answer.json()) as { result?: { data: Record<string, unknown> }; error?: object };
    if (body.result) return body.result.data;
    throw new Error(`${path} was refused: ${JSON.stringify(body.error)}`);
  };

  /** Makes the people of a row, and what they have; then it bans, deactivates and so on who is to be. */
  async set(row: PermissionRow): Promise<{ scene: Scene; token: string | undefined }[]> {
    this.#lastRow++;
    const name = `row${this.#lastRow}`;
    const kinds = Object.entries(row.expected).flatMap(([kind, outcome]) =>
      outcome ? [kind as CallerKind] : [],
    );
    const scenes = kinds.map(kind => sceneOf(kind, name));
    const { other, third } = sceneOf('nobody', name);
    const users = scenes.filter(({ kind }) => kind !== 'guest' && !HAVE_NO_USER.includes(kind));
    await this.asServer('users.upsert', {
      users: [
        { id: other },
        { id: third },
        ...users.map(({ kind, me }) => ({
          id: me,
          role: roleOf(kind, row.grant),
          teams: kind === 'foreign' ? ['another'] : [],
        })),
      ],
    });
    const set = await Promise.all(
      scenes.map(async scene => {
        const token = await this.#tokenOf(scene);
        return { scene: { ...scene, made: (await row.prepare?.(scene, this.asServer)) ?? '' }, token };
      }),
    );
    for (const { me, kind } of scenes) {
      if (kind === 'banned') await this.asServer('moderation.ban', { id: me });
      if (kind === 'deactivated') await this.asServer('users.deactivate', { id: me });
      if (kind === 'deleted') await this.asServer('users.deleteMany', { ids: [me] });
      if (kind === 'revoked') await this.asServer('tokens.revoke', { ids: [me], before: Date.now() });
    }
    await this.#quiet();
    return set;
  }

  /** Calls as a caller, and says what came of it. */
  async call(row: PermissionRow, caller: { scene: Scene; token: string | undefined }): Promise<Outcome> {
    const answer = await this.#send(row.path, row.input?.(caller.scene), caller.token);
    if (answer.ok && this.#types[row.path] === 'subscription') return firstOf(answer, row.silent === true);
    const text = await answer.text();
    // A caller that may only read would write with it.
    if (this.#types[row.path] === 'query' && SIGNED_TOKEN.test(text)) {
      throw new Error(`${row.path} answers with a token: ${text}`);
    }
    return outcomeOf(text);
  }

  /**
   * How far the event log reaches, and, for a row that could write, everything that is stored about its people: content
   * leaves no events.
   */
  async state(row: PermissionRow, scenes: readonly Scene[]): Promise<unknown> {
    const { position } = await this.asServer('users.query', { options: { limit: 1 } });
    if (this.#types[row.path] !== 'mutation') return { position };
    const people = scenes.flatMap(({ kind, me, other, third }) =>
      HAVE_NO_USER.includes(kind) ? [other, third] : [me, other, third],
    );
    return { position, people: await this.#stored([...new Set(people)]) };
  }

  /** Everything that is stored about people, in as few requests as there can be. */
  async #stored(ids: readonly string[]): Promise<unknown[]> {
    const batches = Array.from({ length: Math.ceil(ids.length / CALLS_PER_BATCH) }, (_, index) =>
      ids.slice(index * CALLS_PER_BATCH, (index + 1) * CALLS_PER_BATCH),
    );
    const answers = await Promise.all(
      batches.map(async batch => {
        const paths = batch.map(() => 'users.exportOne').join(',');
        const input = JSON.stringify(Object.fromEntries(batch.map((id, index) => [index, { id }])));
        const url = `${this.#process.url}/trpc/${paths}?batch=1&input=${encodeURIComponent(input)}`;
        const answer = await fetch(url, { headers: { authorization: `Bearer ${this.#serverToken}` } });
        const results = (await answer.json()) as { result?: { data: unknown } }[];
        return results.flatMap(({ result }) => (result ? [result.data] : []));
      }),
    );
    const stored = answers.flat();
    // Two states that both lack somebody would look the same.
    if (stored.length !== ids.length) throw new Error('users.exportOne did not answer for everybody');
    return stored;
  }

  /** Waits until no task is under way, which would write events of its own. */
  async #quiet(): Promise<void> {
    for (const status of ['pending', 'running']) {
      await until('no task is under way', async () => {
        const { tasks } = await this.asServer('tasks.list', { status, limit: 1 });
        return Array.isArray(tasks) && tasks.length === 0;
      });
    }
  }

  async #tokenOf({ kind, me }: Scene): Promise<string | undefined> {
    if (kind === 'nobody') return undefined;
    if (kind === 'anonymous') return 'anonymous';
    if (kind === 'server') return this.#serverToken;
    if (kind === 'reader') return signToken({ server: true, read_only: true });
    if (kind !== 'guest') return signToken({ user_id: me });
    const answer = await this.#send('users.connectGuest', { user: { id: me } }, undefined);
    return ((await answer.json()) as { result: { data: { token: string } } }).result.data.token;
  }

  #send(path: string, input: unknown, token: string | undefined): Promise<Response> {
    const url = `${this.#process.url}/trpc/${path}`;
    const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
    if (this.#types[path] === 'mutation') {
      const body = JSON.stringify(input ?? {});
      return fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body,
      });
    }
    const query = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`;
    return fetch(`${url}${query}`, headers && { headers });
  }
}

function outcomeOf(body: string): Outcome {
  const { error } = JSON.parse(body) as { error?: { data: { code: Outcome } } };
  return error ? error.data.code : 'ok';
}

/** The first thing that a stream of events says of the subscription; of a silent one, that it is open. */
async function firstOf(answer: Response, silent: boolean): Promise<Outcome> {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  try {
    for (;;) {
      const { value, done } = (await reader?.read()) ?? { done: true };
      if (done) throw new Error(`the stream ended before it said anything: ${text}`);
      text += value;
      const error = /event: serialized-error\ndata: (.*)\n/.exec(text)?.[1];
      if (error) return (JSON.parse(error) as { data: { code: Outcome } }).data.code;
      if (/^event: connected$/m.test(text) && (silent || /(^|\n\n)(data|id):/.test(text))) return 'ok';
    }
  } finally {
    await reader?.cancel();
  }
}
