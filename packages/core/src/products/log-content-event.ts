import type {
  Actor,
  CallReference,
  ChannelReference,
  ContentModes,
  DurableEventType,
  EventType,
} from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';

/** What happened to a channel or a call that other people share with the user. */
export type ContentEvent = {
  /** Whom it concerns: they hear of it, and the log can forget them. */
  user_ids: readonly string[];
  mode?: ContentModes['conversations'];
} & (
  | { type: Extract<EventType, `channel.${string}`> & DurableEventType; channel: ChannelReference }
  | { type: Extract<EventType, `call.${string}`> & DurableEventType; call: CallReference }
);

/** Adds an event about a channel or a call to the log. */
export function logContentEvent(
  transaction: WriteTransaction,
  actor: Actor,
  { type, ...data }: ContentEvent,
): void {
  transaction.log({
    type,
    actor_type: actor.type,
    ...(actor.id !== undefined && { actor_id: actor.id }),
    mentions: data.user_ids,
    data: JSON.stringify(data),
  });
}
