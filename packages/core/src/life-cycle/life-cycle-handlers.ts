import type { Job } from '../tasks/task-handler.js';
import { deactivateUser, reactivateUser, restoreUser } from '../users/life-cycle.js';
import { type LifeCycleTools, lifeCycleJob } from './life-cycle-job.js';

/** The jobs of the life cycle. The users of a deletion are marked when it is asked for, all others when their turn comes. */
export function lifeCycleJobs(tools: LifeCycleTools): Job[] {
  return [
    lifeCycleJob({ type: 'users.deactivate', kind: 'deactivate', change: deactivateUser }, tools),
    lifeCycleJob({ type: 'users.reactivate', kind: 'reactivate', change: reactivateUser }, tools),
    lifeCycleJob({ type: 'users.restore', kind: 'restore', change: restoreUser }, tools),
    lifeCycleJob({ type: 'users.delete', kind: 'delete' }, tools),
  ] as unknown as Job[];
}
