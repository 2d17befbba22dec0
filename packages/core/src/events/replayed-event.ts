/*
 * How an old event about somebody else looks to a user token. It was written for those who could see it then; the receiver
 * may see the user as the user is now. So such an event shows nothing of a user that is not true any more.
 */
import type { Changes, RollcallEvent, User, UserEvent } from '@rollcall/protocol';
import { reachChange } from '../users/model/user-changes.js';
import { type Visibility, visibleChanges } from '../users/model/visible-user.js';
import { idForm, publicDetails, TELL_CHANGES } from './logged-event.js';

/**
 * The event with the user as it is now. `changes` names the paths that changed, as far as the user has them, without what
 * they held before, and with what they came to hold only where the user still has that.
 * @param present the user as the viewer sees it now.
 * @returns undefined when nothing changed that the viewer may see.
 */
export function replayedForm(event: UserEvent, visibility: Visibility, present: User): UserEvent | undefined {
  const { changes } = event;
  const shown = { ...publicDetails(event), user: present };
  if (!changes) return TELL_CHANGES.has(event.type) ? undefined : shown;
  const told: Changes = {};
  for (const [changed, { after }] of Object.entries(visibleChanges(event.user, changes, visibility))) {
    const { path, still } = reachChange(present, changed, after);
    told[path] = still && after !== undefined ? { after } : {};
  }
  return Object.keys(told).length === 0 ? undefined : { ...shown, changes: told };
}

/** What a listener needs to let go of a user whom it may not see any more: the id, and what became of the content. */
export function letGoForm(event: UserEvent): UserEvent {
  const { modes, mode } = event;
  return { ...idForm(event), ...(modes && { modes }), ...(mode && { mode }) };
}

/** Whether an event is about what became of the content of a user: by its type, whatever it carries. */
export function tellsOfContent({ type }: RollcallEvent): boolean {
  return type === 'user.messages.deleted' || type === 'user.messages.restored';
}

/** Whether a change of these paths may have changed a field, which is given as `name`, or as `custom.` and a path. */
export function touches(changes: Changes): (field: string) => boolean {
  const paths = Object.keys(changes);
  // `updated_at` moves with every change that others can see, and `changes` does not name it.
  return field =>
    field === 'updated_at' ||
    paths.some(path => path === field || field.startsWith(`${path}.`) || path.startsWith(`${field}.`));
}
