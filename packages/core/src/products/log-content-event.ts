import type {
  Actor,
  CallReference,
  ChannelReference,
  ContentModes,
  DurableEventType,
  EventType,
} from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';

/** What happened to a channel or a call that the user shares with others. */
export type ContentEvent = {
  /** The users whom it concerns. They receive the event, and their erasure also covers it. */
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
    data,
  });
}
