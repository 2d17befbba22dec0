import { setTimeout as delay } from 'node:timers/promises';
import {
  type EventLog,
  grantsOf,
  isTombstone,
  isUserEvent,
  type LogPage,
  tombstoneOf,
  type Users,
} from '@rollcall/core';
import {
  type AppSettings,
  type AppUpdatedEvent,
  type Changes,
  CLOSE_CODES,
  type Position,
} from '@rollcall/protocol';
import type { Host } from '../host.js';
import { closeCodeOf, refusalOf } from './admission.js';
import type { Connection } from './connections.js';

/** Events after which a user may have to leave. */
const ACCESS_EVENTS: ReadonlySet<string> = new Set([
  'user.deactivated',
  'user.deleted',
  'user.tokens.revoked',
]);

/** Fields of a user, a change of which changes what it may do or see. */
const ACCESS_FIELDS = /^(role|teams|teams_role)(\.|$)/;

const RETRY_MS = 250;

type Events = Extract<LogPage, { events: unknown }>['events'];

/** What the watch needs of a host. */
export interface WatchedHost extends Pick<Host, 'connections' | 'logger'> {
  directory: {
    events: Pick<EventLog, 'position' | 'pageAfter' | 'waitBeyond'>;
    users: Pick<Users, 'access'>;
  };
}

/** Stops the watch. */
export type StopWatching = () => Promise<void>;

/**
 * Closes the live connections that a change concerns, whichever process made it: it follows the event log from now on.
 *
 * - Who may no longer be connected is refused. An event is only the reason to look; the user and the settings as they are
 *   now decide, so that nobody is thrown out for a deactivation that has been undone.
 * - Who may do or see something else than before is asked to come back at once, so that what it is subscribed to is
 *   judged anew, unless it connected after the change. That needs no look: a subscription may have begun between two
 *   changes that cancel out.
 *
 * What could not be looked up is looked up again.
 */
export async function watchAccess(host: WatchedHost): Promise<StopWatching> {
  const { directory, connections, logger } = host;
  const stopping = new AbortController();
  const start = await directory.events.position();

  /** All at once: the lookups gather. @returns those who may stay. */
  async function closeRefused(connected: readonly Connection[]): Promise<Connection[]> {
    const refusals = await Promise.all(
      connected.map(({ principal }) => refusalOf(directory.users, principal)),
    );
    return connected.filter((connection, index) => {
      const refusal = refusals[index];
      if (refusal) connection.close(closeCodeOf(refusal.code), refusal.code);
      return !refusal;
    });
  }

  /**
   * Whoever was judged by a later state already goes on, and so does who is being admitted: nothing of theirs has been
   * judged yet.
   * @param at where the change stands in the log.
   */
  function requestReconnect(connected: readonly Connection[], at: Position): void {
    for (const connection of connected) {
      const { since } = connection;
      if (!since || (since.epoch === at.epoch && since.seq >= at.seq)) continue;
      connection.close(CLOSE_CODES.accessChanged, 'access changed');
    }
  }

  /** Whom events may shut out. One who is gone for good stands in the log under its tombstone, from a moment on. */
  function affectedBy(events: Events): Set<string> {
    const named = events.flatMap(({ type, userId }) =>
      ACCESS_EVENTS.has(type) && userId !== undefined ? userId : [],
    );
    const concerned = new Set(named);
    if (named.some(isTombstone)) {
      for (const id of connections.userIds) if (concerned.has(tombstoneOf(id))) concerned.add(id);
    }
    return concerned;
  }

  /** Asks a user to come back whose rights have changed. Only the events of users who are connected here are read. */
  function followRights(event: Events[number], at: Position): void {
    const connected = event.userId === undefined ? [] : connections.ofUser(event.userId);
    if (event.type !== 'user.updated' || connected.length === 0 || !isUserEvent(event.full)) return;
    if (Object.keys(event.full.changes ?? {}).some(path => ACCESS_FIELDS.test(path)))
      requestReconnect(connected, at);
  }

  async function followSettings({ settings, changes }: AppUpdatedEvent, at: Position): Promise<void> {
    const roles = rolesWithOtherGrants(settings, changes);
    const tenants = changes.multi_tenant_enabled !== undefined;
    if (!changes.revoke_tokens_issued_before && roles.isEmpty && !tenants) return;
    const clients = (await closeRefused(connections.all)).filter(
      ({ principal }) => principal.kind !== 'server',
    );
    if (tenants) return requestReconnect(clients, at);
    const concerned = await Promise.all(
      clients.map(async ({ principal }) => {
        if (principal.kind !== 'user') return roles.has('anonymous');
        const { user } = await directory.users.access(principal);
        return user !== undefined && [user.role, ...Object.values(user.teams_role ?? {})].some(roles.has);
      }),
    );
    requestReconnect(
      clients.filter((_, index) => concerned[index]),
      at,
    );
  }

  async function nextPosition(position: Position): Promise<Position> {
    const page = await directory.events.pageAfter(position);
    // The log does not reach back: anything may have happened to anybody.
    if ('resyncAt' in page) {
      requestReconnect(await closeRefused(connections.all), page.resyncAt);
      return page.resyncAt;
    }
    const { events } = page;
    await closeRefused([...affectedBy(events)].flatMap(id => connections.ofUser(id)));
    for (const event of events) {
      const at = { epoch: page.upTo.epoch, seq: event.seq };
      if (event.type === 'app.updated') await followSettings(event.full as AppUpdatedEvent, at);
      else followRights(event, at);
    }
    if (events.length === 0) await directory.events.waitBeyond(position, stopping.signal);
    return page.upTo;
  }

  async function follow(): Promise<void> {
    let position = start;
    while (!stopping.signal.aborted) {
      try {
        position = await nextPosition(position);
      } catch (err) {
        logger.warn({ err }, 'the event log could not be followed; trying again');
        await delay(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  const following = follow();
  return async () => {
    stopping.abort();
    await following;
  };
}

/** Roles, asked one by one: a role that the settings do not list has the grants of another. */
interface ChangedRoles {
  /** Whether no role has other grants than before. */
  isEmpty: boolean;
  /** Whether a role has other grants than before. */
  has(role: string): boolean;
}

/** The roles that may do something else since the settings changed, for the whole app or within a team. */
function rolesWithOtherGrants(settings: AppSettings, changes: Changes): ChangedRoles {
  const { grants } = changes;
  if (!grants) return { isEmpty: true, has: () => false };
  const before = { grants: grants.before as unknown as AppSettings['grants'] };
  const has = (role: string) => {
    const now = grantsOf(settings, role);
    const earlier = grantsOf(before, role);
    return now.length !== earlier.length || now.some(grant => !earlier.includes(grant));
  };
  return { isEmpty: false, has };
}
