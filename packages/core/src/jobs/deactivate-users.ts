import type { Job } from '../tasks/job.js';
import type { ChangeActivity } from '../users/life-cycle.js';
import { bulkUsersJob } from './bulk-users-job.js';

/** The job behind `deactivateUsers`; its input names the `ids`. */
export function deactivateUsersJob(deactivate: ChangeActivity): Job {
  return bulkUsersJob('users.deactivate', deactivate);
}
