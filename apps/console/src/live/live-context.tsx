import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react';
import { useClient } from '../session/use-session.js';
import { LiveEvents } from './event-stream.js';

const Context = createContext<LiveEvents | undefined>(undefined);

/** Keeps the stream of events open for as long as somebody is signed in. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useClient();
  const cache = useQueryClient();
  const live = useMemo(() => new LiveEvents(client, cache), [client, cache]);
  useEffect(() => live.start(), [live]);
  return <Context value={live}>{children}</Context>;
}

/** The stream of events. */
export function useLiveEvents(): LiveEvents {
  const live = useContext(Context);
  if (live === undefined) throw new Error('the stream of events is below the frame only');
  return live;
}
