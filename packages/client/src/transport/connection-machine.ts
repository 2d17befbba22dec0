/**
 * The state of a connection over WebSockets; connection.md in this package says the same in words.
 * - `disconnected`: nobody has asked for a connection, or it was closed here.
 * - `renewing`: the client fetches the token for the next attempt.
 * - `connecting`: an attempt is under way. It lasts until the server has answered over the socket.
 * - `connected`: subscriptions run.
 * - `waiting`: the client waits for the time of the next attempt.
 * - `offline`: the browser says that there is no network.
 * - `refused`: the server has said that another attempt is of no use.
 */
export type MachineState =
  | 'disconnected'
  | 'renewing'
  | 'connecting'
  | 'connected'
  | 'waiting'
  | 'offline'
  | 'refused';

/**
 * What happens to a connection. `opened`: the socket is open. `carried`: the server has answered over it. A socket ends
 * as `lost`, `expired` (its token has), `changed` (what its user may do has), or `refused` (finally).
 */
export type MachineEvent =
  | 'open'
  | 'close'
  | 'tokenFetched'
  | 'tokenFailed'
  | 'opened'
  | 'carried'
  | 'lost'
  | 'expired'
  | 'changed'
  | 'refused'
  | 'timer'
  | 'online'
  | 'offline';

/** What has to be done. `SocketConnection` does it. */
export type Effect =
  | 'fetchToken'
  | 'forgetToken'
  | 'openSocket'
  | 'restartOpenTimer'
  | 'stopOpenTimer'
  | 'dropSocket'
  | 'wait'
  | 'stopWaiting'
  | 'end';

/** The next state, and what has to be done, in this order; null if the event means nothing in this state. */
type Row = readonly [MachineState, ...Effect[]] | null;

/** What follows each way to lose a socket, during an attempt as well as later. */
const LOSSES = {
  close: ['disconnected', 'end'],
  lost: ['waiting', 'dropSocket', 'wait'],
  expired: ['waiting', 'forgetToken', 'dropSocket', 'wait'],
  changed: ['waiting', 'dropSocket', 'wait'],
  refused: ['refused', 'end'],
  offline: ['offline', 'dropSocket'],
} as const;

/** A state ignores every event that it does not name. */
const NOTHING = {
  open: null,
  close: null,
  tokenFetched: null,
  tokenFailed: null,
  opened: null,
  carried: null,
  lost: null,
  expired: null,
  changed: null,
  refused: null,
  timer: null,
  online: null,
  offline: null,
} as const satisfies Record<MachineEvent, null>;

/** The whole machine. A state or an event without its rows does not compile. */
export const TRANSITIONS: Readonly<Record<MachineState, Readonly<Record<MachineEvent, Row>>>> = {
  disconnected: { ...NOTHING, open: ['renewing', 'fetchToken'] },
  renewing: {
    ...NOTHING,
    close: ['disconnected', 'end'],
    tokenFetched: ['connecting', 'openSocket'],
    tokenFailed: ['waiting', 'wait'],
    refused: ['refused', 'end'],
    offline: ['offline'],
  },
  connecting: {
    ...NOTHING,
    ...LOSSES,
    opened: ['connecting', 'restartOpenTimer'],
    carried: ['connected', 'stopOpenTimer'],
  },
  connected: { ...NOTHING, ...LOSSES },
  waiting: {
    ...NOTHING,
    close: ['disconnected', 'end'],
    expired: ['waiting', 'forgetToken'],
    refused: ['refused', 'end'],
    timer: ['renewing', 'fetchToken'],
    online: ['renewing', 'stopWaiting', 'fetchToken'],
    offline: ['offline', 'stopWaiting'],
  },
  offline: {
    ...NOTHING,
    close: ['disconnected', 'end'],
    expired: ['offline', 'forgetToken'],
    refused: ['refused', 'end'],
    online: ['renewing', 'fetchToken'],
  },
  refused: NOTHING,
};

/** One step of the machine. It depends on nothing else and has no effect itself. */
export function step(
  state: MachineState,
  event: MachineEvent,
): { state: MachineState; effects: readonly Effect[] } {
  const [next, ...effects] = TRANSITIONS[state][event] ?? [state];
  return { state: next, effects };
}
