import { type LoggedEvent, replayedForm, type Visibility, visibilityKey } from '@rollcall/core';
import type { User, UserEvent } from '@rollcall/protocol';

/** An entry as it is heard again, and the user that it shows. */
interface Form {
  present: User;
  /** Undefined when nothing changed that the viewer may see. */
  event: UserEvent | undefined;
  /** The same for one who did not see the user before. */
  joined: UserEvent | undefined;
}

/** The forms that were made last, for as long as their entries are in memory. */
const formsOf = new WeakMap<LoggedEvent, Map<string, Form>>();

/**
 * An entry about somebody else as it is heard again (`replayedForm`). Listeners that catch up together, and see as much as
 * each other, get the very same object, so that it is made, and becomes text, once.
 * @param how `present`: the user as the listener sees it now. `joined`: whether it did not see the user before; then it is
 * not told what changed.
 */
export function sharedReplayedForm(
  entry: LoggedEvent,
  { visibility, present, joined }: { visibility: Visibility; present: User; joined: boolean },
): UserEvent | undefined {
  const key = visibilityKey(visibility);
  const forms = formsOf.get(entry) ?? new Map<string, Form>();
  formsOf.set(entry, forms);
  const known = forms.get(key);
  const form = known?.present === present ? known : makeForm(entry.full as UserEvent, visibility, present);
  forms.set(key, form);
  return joined ? form.joined : form.event;
}

function makeForm(event: UserEvent, visibility: Visibility, present: User): Form {
  const seen = replayedForm(event, visibility, present);
  const { changes: _, ...joined } = seen ?? {};
  return { present, event: seen, joined: seen && (joined as UserEvent) };
}
