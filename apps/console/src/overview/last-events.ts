import type { RollcallEvent } from '@rollcall/client/server';

/** This many events are shown. */
const SHOWN_EVENTS = 10;

/** A place in the log: which log, and how far. */
interface Place {
  epoch: string;
  seq: number;
}

/** Reads a position `<epoch>.<seq>`; undefined for anything else. */
export function placeOf(position: string | undefined): Place | undefined {
  const [, epoch, seq] = /^(.+)\.(\d+)$/.exec(position ?? '') ?? [];
  return epoch === undefined ? undefined : { epoch, seq: Number(seq) };
}

/** The position from which a listener hears the last events before another one, and then the next ones. */
export function startBefore({ epoch, seq }: Place): string {
  return `${epoch}.${Math.max(0, seq - SHOWN_EVENTS)}`;
}

/** The newest of the events that the log keeps, newest first, each once. An event of another log begins anew. */
export function newestOf(
  shown: readonly RollcallEvent[],
  events: readonly RollcallEvent[],
): readonly RollcallEvent[] {
  const kept = events.filter(event => placeOf(event.id));
  const epoch = placeOf(kept.at(-1)?.id)?.epoch;
  if (epoch === undefined) return shown;
  const byPlace = new Map<number, RollcallEvent>();
  for (const event of [...shown, ...kept]) {
    const place = placeOf(event.id);
    if (place?.epoch === epoch) byPlace.set(place.seq, event);
  }
  return [...byPlace]
    .sort(([a], [b]) => b - a)
    .map(([, event]) => event)
    .slice(0, SHOWN_EVENTS);
}
