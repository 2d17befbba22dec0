import type { JsonObject, UserEvent } from '@rollcall/client/server';
import { useEffect, useRef, useState } from 'react';
import { useClient } from '../session/use-session.js';
import { everyFrame } from './every-frame.js';
import { type Moved, movedBy, UNMOVED } from './moved.js';

/** Which users a list is about. */
export interface Matching {
  filter: JsonObject;
  deactivated: boolean;
  deleted: boolean;
}

/**
 * Follows who enters and who leaves a list since it was read. Nothing moves in the list by it: a row that left fades, and new
 * ones wait until it is read again.
 * @param position in the log of events when the list was read; undefined as long as it was not.
 * @param isLoaded whether the list shows a user.
 */
export function useMatching(
  list: Matching,
  position: string | undefined,
  isLoaded: (id: string) => boolean,
): Moved {
  const client = useClient();
  const [moved, setMoved] = useState(UNMOVED);
  const loaded = useRef(isLoaded);
  loaded.current = isLoaded;
  const key = JSON.stringify(list);

  useEffect(() => {
    if (position === undefined) return;
    const { filter, deactivated, deleted } = JSON.parse(key) as Matching;
    const stop = new AbortController();
    const belongs = (event: UserEvent) =>
      (event.matched?.after ?? true) &&
      (deactivated || event.user.deactivated_at === undefined) &&
      (deleted || event.user.deleted_at === undefined);
    const take = everyFrame<UserEvent>(events => {
      if (stop.signal.aborted) return;
      setMoved(before => movedBy(events, before, { isLoaded: id => loaded.current(id), belongs }));
    });
    const watched = { lastEventId: position, ...(Object.keys(filter).length > 0 && { filter }) };
    const read = async () => {
      try {
        for await (const item of client.watchEvents({ ...watched, signal: stop.signal }))
          if ('user' in item) take(item);
      } catch {
        // A filter that is refused is refused to the query, too, which says so.
      }
    };
    void read();
    return () => {
      stop.abort();
      setMoved(UNMOVED);
    };
  }, [client, key, position]);

  return moved;
}
