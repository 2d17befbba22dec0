import { describe, expect, it } from 'vitest';
import {
  type Effect,
  type MachineEvent,
  type MachineState,
  step,
  TRANSITIONS,
} from './connection-machine.js';

/** The next state, and what is done, in words; `-` if an event means nothing. */
type Outcome = string;

/** Every state with every event, written out: a state or an event that is not here does not compile. */
const EXPECTED: Record<MachineState, Record<MachineEvent, Outcome>> = {
  disconnected: {
    open: 'renewing: fetchToken',
    close: '-',
    tokenFetched: '-',
    tokenFailed: '-',
    opened: '-',
    carried: '-',
    lost: '-',
    expired: '-',
    changed: '-',
    refused: '-',
    timer: '-',
    online: '-',
    offline: '-',
  },
  renewing: {
    open: '-',
    close: 'disconnected: end',
    tokenFetched: 'connecting: openSocket',
    tokenFailed: 'waiting: wait',
    opened: '-',
    carried: '-',
    lost: '-',
    expired: '-',
    changed: '-',
    refused: 'refused: end',
    timer: '-',
    online: '-',
    offline: 'offline: ',
  },
  connecting: {
    open: '-',
    close: 'disconnected: end',
    tokenFetched: '-',
    tokenFailed: '-',
    opened: 'connecting: restartOpenTimer',
    carried: 'connected: stopOpenTimer',
    lost: 'waiting: dropSocket wait',
    expired: 'waiting: forgetToken dropSocket wait',
    changed: 'waiting: dropSocket wait',
    refused: 'refused: end',
    timer: '-',
    online: '-',
    offline: 'offline: dropSocket',
  },
  connected: {
    open: '-',
    close: 'disconnected: end',
    tokenFetched: '-',
    tokenFailed: '-',
    opened: '-',
    carried: '-',
    lost: 'waiting: dropSocket wait',
    expired: 'waiting: forgetToken dropSocket wait',
    changed: 'waiting: dropSocket wait',
    refused: 'refused: end',
    timer: '-',
    online: '-',
    offline: 'offline: dropSocket',
  },
  waiting: {
    open: '-',
    close: 'disconnected: end',
    tokenFetched: '-',
    tokenFailed: '-',
    opened: '-',
    carried: '-',
    lost: '-',
    expired: 'waiting: forgetToken',
    changed: '-',
    refused: 'refused: end',
    timer: 'renewing: fetchToken',
    online: 'renewing: stopWaiting fetchToken',
    offline: 'offline: stopWaiting',
  },
  offline: {
    open: '-',
    close: 'disconnected: end',
    tokenFetched: '-',
    tokenFailed: '-',
    opened: '-',
    carried: '-',
    lost: '-',
    expired: 'offline: forgetToken',
    changed: '-',
    refused: 'refused: end',
    timer: '-',
    online: 'renewing: fetchToken',
    offline: '-',
  },
  refused: {
    open: '-',
    close: '-',
    tokenFetched: '-',
    tokenFailed: '-',
    opened: '-',
    carried: '-',
    lost: '-',
    expired: '-',
    changed: '-',
    refused: '-',
    timer: '-',
    online: '-',
    offline: '-',
  },
};

const STATES = Object.keys(EXPECTED) as MachineState[];
const EVENTS = Object.keys(EXPECTED.disconnected) as MachineEvent[];
const PAIRS = STATES.flatMap(state => EVENTS.map(event => [state, event] as const));

describe('the table of the connection', () => {
  it('has a row for every state with every event, and no others', () => {
    expect(Object.keys(TRANSITIONS).sort()).toEqual([...STATES].sort());
    for (const rows of Object.values(TRANSITIONS))
      expect(Object.keys(rows).sort()).toEqual([...EVENTS].sort());
  });

  it.each(PAIRS)('%s, %s', (state, event) => {
    const { state: next, effects } = step(state, event);
    const expected = EXPECTED[state][event];
    if (expected === '-') expect([next, effects]).toEqual([state, []]);
    else expect(`${next}: ${effects.join(' ')}`).toBe(expected);
  });

  const after = (event: MachineEvent, effect: Effect) =>
    STATES.filter(state => step(state, event).effects.includes(effect));

  it('ends only when it was closed or the server has refused it', () => {
    for (const event of EVENTS.filter(one => one !== 'close' && one !== 'refused')) {
      expect([event, after(event, 'end')]).toEqual([event, []]);
    }
  });

  it('never leaves a state of waiting without something that ends it', () => {
    for (const [state, event] of PAIRS) {
      const { state: next, effects } = step(state, event);
      if (next === state) continue;
      if (next === 'waiting') expect(effects).toContain('wait');
      if (next === 'renewing') expect(effects).toContain('fetchToken');
      if (state === 'waiting' && next !== 'renewing') expect(effects.join()).toMatch(/stopWaiting|end/);
    }
  });

  it('drops its socket whenever it leaves it', () => {
    for (const [state, event] of PAIRS.filter(([one]) => one === 'connected' || one === 'connecting')) {
      const { state: next, effects } = step(state, event);
      if (next !== 'connected' && next !== state) expect(effects.join()).toMatch(/dropSocket|end/);
    }
  });
});
