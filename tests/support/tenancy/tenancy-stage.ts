import { DEFAULT_GRANTS, GRANTS } from '@rollcall/protocol';
import type { ProcedureType } from '../permissions/permission-stage.js';
import { signToken } from '../permissions/sign-token.js';
import { type ServerProcess, startServerProcess } from '../processes/server-process.js';
import { until } from '../until.js';
import { BatchedCalls, type CallAnswer } from './batched-calls.js';
import {
  callerOf,
  everyCaller,
  SUBJECTS,
  type SubjectKind,
  TENANCY_CALLERS,
  type TenancyCaller,
  type TenancyKind,
  teamOf,
  userOf,
} from './tenancy-callers.js';
import type { Ask, TenancyRow } from './tenancy-row.js';

/** A row, and the beginning of the names of all that it is about. Rows that change nothing of their subjects share them. */
export interface NamedRow extends TenancyRow {
  name: string;
}

/** One call of a row. */
export interface TenancyCall {
  row: NamedRow;
  caller: TenancyCaller;
  subject: SubjectKind;
  ask: Ask;
}

/** The most users in one batch. */
const USERS_PER_BATCH = 100;

/** A server of several tenants, with everybody and everything that the matrix is about. */
export class TenancyStage {
  readonly #calls: BatchedCalls;
  readonly #serverToken: string;
  readonly #tokens = new Map<string, string>();

  private constructor(
    readonly server: ServerProcess,
    types: Readonly<Record<string, ProcedureType>>,
    serverToken: string,
  ) {
    this.#calls = new BatchedCalls(server.url, types);
    this.#serverToken = serverToken;
  }

  /** Makes everybody and everything, and then bans, deactivates and deletes those who are to be. */
  static async open(
    types: Readonly<Record<string, ProcedureType>>,
    rows: readonly NamedRow[],
  ): Promise<TenancyStage> {
    const many = '1000000';
    const server = await startServerProcess({
      env: {
        ROLLCALL_CLIENT_CALLS_PER_MINUTE: many,
        ROLLCALL_GUESTS_PER_MINUTE: many,
      },
    });
    const stage = new TenancyStage(server, types, await signToken({ server: true }));
    await stage.#setUp(rows);
    return stage;
  }

  /** Ends the server; resolves with its exit code. */
  close(): Promise<number | null> {
    return this.server.stop();
  }

  /** Calls with a server token. @throws Error when it is refused. */
  readonly asServer = async (path: string, input: object): Promise<Record<string, unknown>> => {
    const { ok, data } = await this.#calls.call(this.#serverToken, path, input);
    if (ok) return data;
    throw new Error(`${path} was refused: ${JSON.stringify(data)}`);
  };

  /** Calls as a caller. */
  call({ row, caller, ask }: TenancyCall): Promise<CallAnswer> {
    return this.#calls.call(this.tokenOf(caller), row.path, row.input(ask));
  }

  tokenOf({ id }: TenancyCaller): string {
    return this.#tokens.get(id) ?? '';
  }

  /** How far the event log reaches, and everything that is stored about those of the matrix. */
  async state(rows: readonly NamedRow[]): Promise<unknown> {
    const { position } = await this.asServer('users.query', { options: { limit: 1 } });
    const ids = [...subjectsOf(rows), ...everyCaller().flatMap(one => (hasUser(one) ? one.id : []))];
    const stored = await Promise.all(ids.map(id => this.asServer('users.exportOne', { id })));
    return { position, stored };
  }

  async #setUp(rows: readonly NamedRow[]): Promise<void> {
    const callers = everyCaller();
    for (const caller of callers) {
      const token = caller.kind === 'anonymous' ? 'anonymous' : await signToken({ user_id: caller.id });
      this.#tokens.set(caller.id, token);
    }
    await this.#makeRoles();
    const users = [
      ...callers.filter(hasUser).map(userOf),
      ...subjectsOf(rows).map(id => ({
        id,
        teams: teamOf(id) === 'nowhere' ? [] : [teamOf(id)],
        custom: { mark: `known-${id}` },
      })),
    ];
    for (let from = 0; from < users.length; from += USERS_PER_BATCH) {
      await this.asServer('users.upsert', { users: users.slice(from, from + USERS_PER_BATCH) });
    }
    await Promise.all(rows.map(row => this.#prepare(row)));
    await this.#endSome(callers);
  }

  async #makeRoles(): Promise<void> {
    const grants: Record<string, readonly string[]> = {
      ...DEFAULT_GRANTS,
      anonymous: ['query-users', 'read-users', 'read-activities'],
      nothing: [],
    };
    for (const grant of GRANTS) {
      grants[`only-${grant}`] = [grant];
      grants[`all-but-${grant}`] = GRANTS.filter(one => one !== grant);
    }
    const names = Object.keys(grants).filter(name => !(name in DEFAULT_GRANTS));
    await Promise.all(names.map(name => this.asServer('roles.create', { name })));
    await this.asServer('settings.update', { grants, multi_tenant_enabled: true, guests_enabled: true });
  }

  async #prepare(row: NamedRow): Promise<void> {
    const callers = callersOf(row).filter(hasUser);
    const subjects = subjectsOf([row]);
    const members = row.takesPart ? callers.map(one => one.id) : [];
    await Promise.all(subjects.map(subject => row.prepare?.({ subject, members }, this.asServer)));
    await Promise.all(
      callers.map(({ id: me }) =>
        row.prepareOwn?.({ me, own: `${row.name}-${me}`, subjects }, this.asServer),
      ),
    );
  }

  async #endSome(callers: readonly TenancyCaller[]): Promise<void> {
    const idsOf = (kind: TenancyKind) => callers.filter(one => one.kind === kind).map(one => one.id);
    await Promise.all(idsOf('banned').map(id => this.asServer('moderation.ban', { id })));
    await this.asServer('tokens.revoke', { ids: idsOf('revoked'), before: Date.now() });
    for (const id of idsOf('deactivated')) await this.asServer('users.deactivate', { id });
    const { task_id } = await this.asServer('users.deleteMany', { ids: idsOf('deleted') });
    await until('the deletion is done', async () => {
      return (await this.asServer('tasks.get', { task_id })).status === 'completed';
    });
  }
}

/** Those of the rows who are users. */
function subjectsOf(rows: readonly NamedRow[]): string[] {
  return [...new Set(rows.map(row => row.name))].flatMap(name =>
    SUBJECTS.filter(one => one !== 'unknown').map(subject => `${name}-${subject}`),
  );
}

function hasUser({ kind }: TenancyCaller): boolean {
  return kind !== 'anonymous';
}

function callersOf({ expected, grant }: NamedRow): TenancyCaller[] {
  const kinds = (Object.keys(TENANCY_CALLERS) as TenancyKind[]).filter(kind => expected[kind]);
  return kinds.flatMap(kind =>
    (['red', 'teamless'] as const).flatMap(team => callerOf(kind, team, grant) ?? []),
  );
}

/** Every call of a row: each of its callers about each of its subjects. */
export function callsOf(row: NamedRow): TenancyCall[] {
  const isMade = row.takesPart || row.taken;
  const subjects = (row.about ?? SUBJECTS).filter(one => one !== 'unknown' || !isMade);
  return callersOf(row).flatMap(caller =>
    subjects.map(kind => {
      const subject = `${row.name}-${kind}`;
      const own = `${row.name}-${caller.id}`;
      const ask = { me: caller.id, subject, team: teamOf(subject), own, key: `${own}-${kind}` };
      return { row, caller, subject: kind, ask };
    }),
  );
}
