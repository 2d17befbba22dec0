import {
  type EventPage,
  formatPosition,
  type JsonObject,
  parsePosition,
  type RollcallEvent,
} from '@rollcall/protocol';

/**
 * What takes the place of events that are no longer known: the log does not reach back to where the listener was. What
 * follows is complete again; whatever was built from events before has to be read afresh.
 */
export interface ResyncNotice {
  type: 'resync';
  /** The position from which events go on, as `lastEventId` takes it. */
  id: string;
}

/** What a stream of events hands out. `type` tells a notice from an event. */
export type StreamItem<Custom extends object = JsonObject> = RollcallEvent<Custom> | ResyncNotice;

/** A page of events as a subscription yields it: the position it reaches to, and its content. */
export interface PositionedPage {
  id: string;
  data: EventPage;
}

/** The items of a page in the order in which they are handed out. */
export function itemsOf<Custom extends object>(page: PositionedPage): StreamItem<Custom>[] {
  const events = page.data.events as RollcallEvent<Custom>[];
  return page.data.resync ? [{ type: 'resync', id: positionBefore(page) }, ...events] : events;
}

/** Resuming at the notice must not skip the events of its own page. */
function positionBefore(page: PositionedPage): string {
  const first = parsePosition(page.data.events[0]?.id ?? '');
  return first && first.seq > 0 ? formatPosition({ epoch: first.epoch, seq: first.seq - 1 }) : page.id;
}
