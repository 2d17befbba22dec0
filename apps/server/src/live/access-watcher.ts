import { setTimeout as delay } from 'node:timers/promises';
import {
  type EventLog,
  grantsOf,
  isUserEvent,
  type LogPage,
  type PresenceWatch,
  tombstoneOf,
  type Users,
} from '@rollcall/core';
import {
  type AppSettings,
  type AppUpdatedEvent,
  type Changes,
  CLOSE_CODES,
  isTombstone,
  type Position,
} from '@rollcall/protocol';
import type { Host } from '../host.js';
import { closeCodeOf, refusalOf } from './admission.js';
import type { Connection } from './connections.js';

/** Events after which a user may have lost access. */
const ACCESS_EVENTS: ReadonlySet<string> = new Set([
  'user.deactivated',
  'user.deleted',
  'user.tokens.revoked',
]);

/** Fields of a user that decide what it may do and see. */
const ACCESS_FIELDS = /^(role|teams|teams_role)(\.|$)/;

const RETRY_MS = 250;

type Events = Extract<LogPage, { events: unknown }>['events'];

/** What the watcher needs of a host. */
export interface WatchedHost extends Pick<Host, 'connections' | 'logger'> {
  directory: {
    events: Pick<EventLog, 'position' | 'pageAfter' | 'waitBeyond'>;
    users: Pick<Users, 'access'>;
    presenceWatch: Pick<PresenceWatch, 'notify'>;
  };
}

/** Stops the watcher. */
export type StopWatching = () => Promise<void>;

/**
 * Closes the live connections whose access has changed. It follows the event log from now on, so it does not matter which
 * process made the change.
 *
 * - A connection that is no longer allowed is refused. The event is only the reason to ask the judge, and the judge decides
 *   by the present state, so that nobody is closed for a deactivation that has been undone.
 * - A connection whose user may do or see something different is asked to reconnect at once, so that its subscriptions are
 *   judged again; not if it connected after the change. This does not read the present state, because a subscription may
 *   have begun between two changes that cancel each other out.
 *
 * When a read fails, the watcher tries the same events again.
 */
export async function watchAccess(host: WatchedHost): Promise<StopWatching> {
  const { directory, connections, logger } = host;
  const stopping = new AbortController();
  const start = await directory.events.position();

  /** Judges all of them at once, so that they share one read. @returns the connections that may stay. */
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
   * A connection that was judged by a later state goes on. So does one that is being admitted, because nothing on it has
   * been judged yet.
   * @param at the position of the change in the log.
   */
  function requestReconnect(connected: readonly Connection[], at: Position): void {
    for (const connection of connected) {
      const { since } = connection;
      if (!since || (since.epoch === at.epoch && since.seq >= at.seq)) continue;
      connection.close(CLOSE_CODES.accessChanged, 'access changed');
    }
  }

  /** The users who may have lost access by these events. The log names an erased user by its tombstone. */
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

  /** Asks a user whose rights have changed to reconnect. It reads only the events of users who are connected here. */
  function followRights(event: Events[number], at: Position): void {
    const connected = event.userId === undefined ? [] : connections.ofUser(event.userId);
    if (event.type !== 'user.updated' || connected.length === 0 || !isUserEvent(event.full)) return;
    if (Object.keys(event.full.changes ?? {}).some(path => ACCESS_FIELDS.test(path)))
      requestReconnect(connected, at);
  }

  async function followSettings({ settings, changes }: AppUpdatedEvent, at: Position): Promise<void> {
    const roles = rolesWithOtherGrants(settings, changes);
    // Settings by which every user may see something different.
    const sight = changes.multi_tenant_enabled !== undefined || changes.private_custom_fields !== undefined;
    if (!changes.revoke_tokens_issued_before && roles.isEmpty && !sight) return;
    const clients = (await closeRefused(connections.all)).filter(
      ({ principal }) => principal.kind !== 'server',
    );
    if (sight) return requestReconnect(clients, at);
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
    // The log does not reach back that far, so anything may have happened to any user.
    if ('resyncAt' in page) {
      requestReconnect(await closeRefused(connections.all), page.resyncAt);
      return page.resyncAt;
    }
    const { events } = page;
    const affected = affectedBy(events);
    // A listener that hears of a deactivation must not hear afterwards that the user came online before it.
    if (affected.size > 0) directory.presenceWatch.notify();
    await closeRefused([...affected].flatMap(id => connections.ofUser(id)));
    for (const event of events) {
      const at = { epoch: page.upTo.epoch, seq: event.seq };
      if (event.type === 'app.updated') await followSettings(event.full as AppUpdatedEvent, at);
      else followRights(event, at);
    }
    if (events.length === 0) await directory.events.waitBeyond(page.upTo, stopping.signal);
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

/** A question for each role, because a role that the settings do not list has the grants of another role. */
interface ChangedRoles {
  /** Whether the grants of all roles are the same as before. */
  isEmpty: boolean;
  /** Whether the grants of a role differ from before. */
  has(role: string): boolean;
}

/** The roles whose grants differ since the settings changed. */
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
