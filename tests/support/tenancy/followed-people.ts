import type { EventPage, PresenceEvent } from '@rollcall/protocol';
import { signToken } from '../permissions/sign-token.js';
import { until } from '../until.js';
import { type EventStream, openEventStream } from './event-stream.js';
import {
  callerOf,
  SUBJECTS,
  TENANCY_CALLERS,
  type TenancyCaller,
  type TenancyKind,
} from './tenancy-callers.js';
import type { TenancyExpectation } from './tenancy-row.js';
import type { TenancyStage } from './tenancy-stage.js';

/** The ways to follow people: the procedure, the key by which it names them, and the input. */
const WAYS: readonly { path: string; names: string; what?: string; input(ids: readonly string[]): object }[] =
  [
    { path: 'live.events', names: 'user_ids', input: user_ids => ({ user_ids }) },
    { path: 'live.events', names: 'filter', input: ids => ({ filter: { id: { $in: ids } } }) },
    { path: 'live.events', names: 'filter', what: 'of everybody', input: () => ({ filter: {} }) },
    { path: 'live.presence', names: 'user_ids', input: user_ids => ({ user_ids }) },
  ];

/** What subscriptions are called in reports. */
export const FOLLOWED_WAYS = WAYS.map(titleOf);

/** To whom following others is refused, and with what. */
export const FOLLOWING_IS_REFUSED: TenancyExpectation = {
  lacking: 'NOT_ALLOWED',
  inTeam: 'NOT_ALLOWED',
  deactivated: 'USER_DEACTIVATED',
  deleted: 'USER_DELETED',
  revoked: 'TOKEN_REVOKED',
};

/** What a caller was told of those whom it follows. */
export interface Told {
  caller: TenancyCaller;
  /** What the subscription was refused with. */
  refusal: string | undefined;
  /** Of events: who changed, each once. Of presence: what was said of each, by id. */
  heard: string[];
}

/** Those who are followed; nobody has the last id. */
const FOLLOWED = SUBJECTS.map(kind => `followed-${kind}`);

/** Who changes last in each tenant: who has heard of it has heard everything. */
const LAST = ['last-red', 'last-teamless'];

/** The places at which a subscription names somebody, by procedure. */
export const FOLLOWING: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  WAYS.map(({ path }) => [path, WAYS.filter(way => way.path === path).map(way => way.names)]),
);

/**
 * Lets every caller follow one of each kind, in every way. Those who are followed are online; then each of them changes.
 * @returns what the callers heard, by way.
 */
export async function follow(stage: TenancyStage): Promise<Record<string, Told[]>> {
  const { url } = stage.server;
  const existing = FOLLOWED.filter(id => id !== 'followed-unknown');
  await write(stage, [...existing, ...LAST], 'dune');
  const streams = await Promise.all(
    existing.map(async id =>
      openEventStream(url, { token: await signToken({ user_id: id }), path: 'live.events', input: {} }),
    ),
  );
  await until('those who are followed are online', async () => {
    const { users } = await stage.asServer('users.query', {
      filter: { id: { $in: existing }, online: true },
    });
    return (users as unknown[]).length === existing.length;
  });
  const followed = await Promise.all(
    WAYS.flatMap(way =>
      followers().map(async caller => {
        const input = way.input([...FOLLOWED, ...LAST]);
        const stream = await openEventStream(url, { token: stage.tokenOf(caller), path: way.path, input });
        streams.push(stream);
        return { way, caller, stream };
      }),
    ),
  );
  await write(stage, existing, 'emma');
  await write(stage, LAST, 'emma');
  const told: Record<string, Told[]> = {};
  for (const { way, caller, stream } of followed) {
    const refusal = stream.refusal();
    const hear = way.path === 'live.presence' ? presenceIn : changedIn;
    const isDone = () =>
      way.path === 'live.presence'
        ? hear(stream).length === FOLLOWED.length
        : hear(stream).includes(`last-${caller.team}`);
    if (refusal === undefined) await until(`${caller.id} has heard everything of ${way.path}`, isDone);
    const title = titleOf(way);
    told[title] = [...(told[title] ?? []), { caller, refusal, heard: hear(stream) }];
  }
  for (const stream of streams) stream.close();
  return told;
}

function titleOf({ path, names, what }: (typeof WAYS)[number]): string {
  return [path, names, what].filter(Boolean).join(' ');
}

function write(stage: TenancyStage, ids: readonly string[], book: string): Promise<unknown> {
  const teamsOf = (id: string) => (/-(red|blue)$/.test(id) ? [id.slice(id.lastIndexOf('-') + 1)] : []);
  return stage.asServer('users.upsert', {
    users: ids.map(id => ({ id, teams: teamsOf(id), custom: { book } })),
  });
}

function followers(): TenancyCaller[] {
  const kinds = Object.keys(TENANCY_CALLERS) as TenancyKind[];
  return kinds.flatMap(kind =>
    (['red', 'teamless'] as const).flatMap(team => callerOf(kind, team, 'read-users') ?? []),
  );
}

function changedIn(stream: EventStream): string[] {
  const events = (stream.told() as EventPage[]).flatMap(page => page.events);
  return [...new Set(events.flatMap(event => ('user' in event && event.user ? event.user.id : [])))];
}

function presenceIn(stream: EventStream): string[] {
  const states = new Map<string, boolean>();
  for (const { user } of (stream.told() as PresenceEvent[][]).flat()) states.set(user.id, user.online);
  return FOLLOWED.filter(id => states.has(id)).map(id => `${id} ${states.get(id)}`);
}
