/**
 * Where the next step of a life-cycle task begins. It holds no ids: it counts the users that wait, in the order of the call.
 */
export type LifeCyclePosition = {
  /** So many of the first users have no content left, and are erased next, together. */
  ready?: number;
  /** Up to which entry the log is erased for those who are erased now. */
  forgottenTo?: number;
  /**
   * Present when the user after them was begun: the names of the products that are through. An operator may add or remove
   * a product while the task waits.
   */
  through?: string[];
};

/** The position of a task, also of one that an earlier release began: it went on with one user at a time. */
export function readPosition(position: LifeCyclePosition | undefined): LifeCyclePosition & { ready: number } {
  const { ready, ...rest } = position ?? {};
  if (ready === undefined && rest.forgottenTo !== undefined)
    return { forgottenTo: rest.forgottenTo, ready: 1 };
  return { ...rest, ready: ready ?? 0 };
}
