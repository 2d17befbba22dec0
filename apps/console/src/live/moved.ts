import type { UserEvent } from '@rollcall/client/server';

/** The changes of a list since it was read: the users who left it, and those who would be new if it were read now. */
export interface Moved {
  left: ReadonlySet<string>;
  /** At most {@link MOST_ARRIVED}, however long nobody reads the list again. */
  arrived: ReadonlySet<string>;
  /** Whether more have arrived than are kept. */
  moreArrived: boolean;
}

export const UNMOVED: Moved = { left: new Set(), arrived: new Set(), moreArrived: false };

/** Nobody counts further: a page that is open for days, with users made all the time, must not grow by them. */
export const MOST_ARRIVED = 1_000;

/**
 * How a list has moved after further events; the same object where they move nothing.
 * @param list.isLoaded whether the list shows a user. @param list.belongs whether the user of an event is in it afterwards.
 */
export function movedBy(
  events: readonly UserEvent[],
  before: Moved,
  list: { isLoaded(id: string): boolean; belongs(event: UserEvent): boolean },
): Moved {
  const left = new Set(before.left);
  const arrived = new Set(before.arrived);
  let { moreArrived } = before;
  let changed = false;
  for (const event of events) {
    const { id } = event.user;
    if (list.isLoaded(id)) {
      if (list.belongs(event)) changed = left.delete(id) || changed;
      else if (!left.has(id)) {
        left.add(id);
        changed = true;
      }
    } else if (!list.belongs(event)) changed = arrived.delete(id) || changed;
    else if (isArrival(event) && !arrived.has(id)) {
      const isFull = arrived.size >= MOST_ARRIVED;
      changed ||= !isFull || !moreArrived;
      if (isFull) moreArrived = true;
      else arrived.add(id);
    }
  }
  return changed ? { left, arrived, moreArrived } : before;
}

/**
 * Whether an event brings somebody into a list who was not in it. Somebody who matched before is on a page that has not been
 * read yet.
 */
function isArrival({ type, matched }: UserEvent): boolean {
  return (
    matched?.before === false ||
    type === 'user.created' ||
    type === 'user.reactivated' ||
    type === 'user.restored'
  );
}
