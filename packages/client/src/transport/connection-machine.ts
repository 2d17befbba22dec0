/**
 * Where the WebSocket of a client stands. `disconnected`: nobody has asked for it, or it was closed here. `renewing`: the
 * token for the next attempt is being fetched. `connecting`: an attempt is under way, until the server has answered over
 * it. `waiting`: for the time of the next attempt. `offline`: the browser says that there is no network. `refused`: the
 * server has said that coming back is no use. SPEC.md beside this package tells it in words.
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
 * What happens to it. `opened`: the socket is open; `carried`: the server has answered over it. A socket that ends is
 * `lost`, `expired` (its token), `changed` (what its user may do) or `refused` for good.
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

/** What is to be done about it; `Socket` does it. */
export type Effect =
  | 'fetchToken'
  | 'forgetToken'
  | 'openSocket'
  | 'stopOpenTimer'
  | 'dropSocket'
  | 'wait'
  | 'stopWaiting'
  | 'end';

/** The state that follows and what is to be done, in this order; null where an event means nothing. */
type Row = readonly [MachineState, ...Effect[]] | null;

/** How every way to lose a socket goes on, from an attempt as from a connection. */
const LOSSES = {
  close: ['disconnected', 'end'],
  lost: ['waiting', 'dropSocket', 'wait'],
  expired: ['waiting', 'forgetToken', 'dropSocket', 'wait'],
  changed: ['waiting', 'dropSocket', 'wait'],
  refused: ['refused', 'end'],
  offline: ['offline', 'dropSocket'],
} as const;

/** What no state but its own listens to. */
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

/** The whole machine: a state or an event without its rows does not compile. */
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
  connecting: { ...NOTHING, ...LOSSES, opened: ['connecting', 'stopOpenTimer'], carried: ['connected'] },
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

/** One step of the machine. It depends on nothing else, and does nothing itself. */
export function step(
  state: MachineState,
  event: MachineEvent,
): { state: MachineState; effects: readonly Effect[] } {
  const [next, ...effects] = TRANSITIONS[state][event] ?? [state];
  return { state: next, effects };
}
