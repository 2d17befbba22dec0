import type { Role } from '../access/roles.js';
import type { JsonObject, JsonValue } from '../json.js';
import type { AppSettings } from '../settings/app-settings.js';
import type { Task } from '../tasks/task.js';
import type { ContentModes, DeletionModes } from '../users/life-cycle.js';
import type { Device, Time, User } from '../users/user-fields.js';
import type { WebhookDisabledReason } from '../webhooks/webhooks.js';
import type { Actor } from './actor.js';
import type {
  CallEventType,
  ChannelEventType,
  EventType,
  TaskEventType,
  UserEventType,
} from './event-catalogue.js';

/** The change of one path of a user. An absent side means that the path was, or is, absent. */
export interface Change {
  before?: JsonValue;
  after?: JsonValue;
}

/** The paths that changed, dotted, down to the single values of objects; arrays count as one value. */
export type Changes = Record<string, Change>;

interface EventBase {
  /** Position in the log, `<epoch>.<seq>`, as `lastEventId` takes it. Absent on ephemeral events. */
  id?: string;
  type: EventType;
  created_at: Time;
  actor: Actor;
}

/** An event about one user, as the receiver may see it. */
export interface UserEvent<Custom extends object = JsonObject> extends EventBase {
  type: UserEventType;
  user: User<Custom>;
  /** What changed, in fields that the receiver may see. */
  changes?: Changes;
  /** Why a ban ended: `expired` if it ran out. */
  cause?: 'expired';
  /** Why a user was banned. For servers only. */
  reason?: string;
  /** The id of the user who banned it. For servers only. */
  banned_by_id?: string;
  /** The user who was blocked or unblocked. */
  target_id?: string;
  /** The device that was added or removed. */
  device?: Device;
  /** How a user was deleted, and what happens to its content. */
  modes?: DeletionModes;
  /** How the messages of the user were deleted. */
  mode?: ContentModes['messages'];
  /** How many were deleted or restored, by product and by the name of the thing. For servers only. */
  counts?: Record<string, Record<string, number>>;
  /** With a filter: whether the user matched it before the change and after it. */
  matched?: { before: boolean; after: boolean };
}

/**
 * A user whose presence the receiver follows has come online or gone offline. The event has no position, and the last
 * state wins.
 */
export interface PresenceEvent extends EventBase {
  type: 'user.presence.changed';
  /**
   * The user as the receiver may see it. An invisible user looks offline to others, and as if it had never been active.
   */
  user: Pick<User, 'id' | 'online' | 'last_active'>;
}

/** A channel as an event names it: enough to find copies of it. */
export interface ChannelReference {
  cid: string;
  type: string;
  id: string;
  owner_id?: string;
}

/** An event about a channel. */
export interface ChannelEvent extends EventBase {
  type: ChannelEventType;
  channel: ChannelReference;
  /** The users whom it concerns: both members of a 1:1 channel, or the new owner of a channel. */
  user_ids: string[];
  /** How it was deleted. */
  mode?: ContentModes['conversations'];
}

/** A call as an event names it. */
export interface CallReference {
  cid: string;
  type: string;
  id: string;
}

/** An event about a call. */
export interface CallEvent extends EventBase {
  type: CallEventType;
  call: CallReference;
  /** The users whom it concerns: both members of a 1:1 call. */
  user_ids: string[];
  /** How it was deleted. */
  mode?: ContentModes['calls'];
}

/** An event about a task. */
export interface TaskEvent extends EventBase {
  type: TaskEventType;
  /** The task without its `result`. `getTask` answers with the outcome for each user. */
  task: Task;
}

/** The settings of the app changed. */
export interface AppUpdatedEvent extends EventBase {
  type: 'app.updated';
  settings: AppSettings;
  changes: Changes;
}

/** A role was created or deleted. */
export interface RoleEvent extends EventBase {
  type: 'role.created' | 'role.deleted';
  role: Role;
}

/** A webhook was disabled or enabled. */
export interface WebhookEvent extends EventBase {
  type: 'webhook.disabled' | 'webhook.enabled';
  /** Which one. Its address is not told: it may hold a key. */
  webhook: { id: string; description?: string; disabled_reason?: WebhookDisabledReason };
}

/** Any event of the log, and the progress of tasks. Presence has a subscription of its own: {@link PresenceEvent}. */
export type RollcallEvent<Custom extends object = JsonObject> =
  | UserEvent<Custom>
  | ChannelEvent
  | CallEvent
  | TaskEvent
  | AppUpdatedEvent
  | RoleEvent
  | WebhookEvent;

/** The event of one type. */
export type EventOfType<
  Type extends EventType,
  Custom extends object = JsonObject,
> = Type extends UserEventType
  ? UserEvent<Custom> & { type: Type }
  : Type extends 'user.presence.changed'
    ? PresenceEvent
    : Type extends TaskEventType
      ? TaskEvent & { type: Type }
      : Type extends ChannelEventType
        ? ChannelEvent & { type: Type }
        : Type extends CallEventType
          ? CallEvent & { type: Type }
          : Type extends 'app.updated'
            ? AppUpdatedEvent
            : Type extends WebhookEvent['type']
              ? WebhookEvent & { type: Type }
              : RoleEvent & { type: Type };
