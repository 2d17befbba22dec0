import type { RollcallEvent } from '@rollcall/protocol';
import { readableTimes } from './readable-times.js';
import { briefUser } from './shown-user.js';
import { answerBytes, ITEM_BYTES } from './tool-answer.js';

/** Names of changed paths that are listed where their values are too long. */
const LISTED_PATHS = 20;
const PATH_LENGTH = 100;

/** What events of some types carry. */
interface EventParts {
  user?: Parameters<typeof briefUser>[0];
  changes?: Record<string, unknown>;
  /** Its id is the token of a push service. */
  device?: object;
  task?: { task_id: string; type: string; status: string; progress: object };
  /** The settings as they are; what changed of them stands in `changes`. */
  settings?: object;
}

/** An event as an agent reads it: who did what to whom, and what changed. */
export function shownEvent(event: RollcallEvent): object {
  const {
    user,
    changes,
    device: _device,
    task,
    settings: _settings,
    ...rest
  } = event as RollcallEvent & EventParts;
  const shown = {
    ...readableTimes(rest, ['created_at']),
    ...(user && { user: briefUser(user) }),
    ...(task && { task: briefTask(task) }),
  };
  if (!changes) return shown;
  const whole = { ...shown, changes: withoutDevices(changes) };
  if (answerBytes(whole) <= ITEM_BYTES) return whole;
  const paths = Object.keys(changes);
  return {
    ...shown,
    changed: paths.slice(0, LISTED_PATHS).map(path => path.slice(0, PATH_LENGTH)),
    left_out: `the values of ${paths.length} paths, ${answerBytes(changes)} bytes`,
  };
}

function briefTask({ task_id, type, status, progress }: NonNullable<EventParts['task']>): object {
  return { task_id, type, status, progress };
}

/** The changes, without the ids of devices. */
function withoutDevices(changes: Record<string, unknown>): Record<string, unknown> {
  return Object.hasOwn(changes, 'devices') ? { ...changes, devices: { left_out: 'the devices' } } : changes;
}
