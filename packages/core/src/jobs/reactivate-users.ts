import type { Job } from '../tasks/job.js';
import type { ChangeActivity } from '../users/life-cycle.js';
import { bulkUsersJob } from './bulk-users-job.js';

/** The job behind `reactivateUsers`; its input names the `ids`. */
export function reactivateUsersJob(reactivate: ChangeActivity): Job {
  return bulkUsersJob('users.reactivate', reactivate);
}
