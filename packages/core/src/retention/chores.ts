import type { UnitOfWork } from '../database/unit-of-work.js';
import { pruneLog } from '../events/prune-log.js';
import { dropOldExports, EXPORT_KEPT_MS } from '../exports/drop-old-exports.js';
import type { LifeCycle } from '../jobs/life-cycle.js';
import { readSettings } from '../settings/settings.js';
import { pruneTasks } from '../tasks/prune-tasks.js';
import { purgeDeletedUsers } from './purge-deleted-users.js';
import type { Chore } from './retention.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** What a directory looks after: the age of events, ended tasks, files of exports, and users who are deleted. */
export function retentionChores(
  unitOfWork: UnitOfWork,
  lifeCycle: LifeCycle,
  clock: () => number,
): readonly Chore[] {
  const settings = () => unitOfWork.read(readSettings);
  return [
    {
      doing: 'pruning the event log',
      run: async signal => {
        const { event_retention_days: days } = await settings();
        await pruneLog(unitOfWork, clock() - days * DAY_MS, signal);
      },
    },
    {
      doing: 'removing the files of old exports',
      run: signal => dropOldExports(unitOfWork, clock() - EXPORT_KEPT_MS, signal),
    },
    {
      doing: 'removing old tasks',
      run: async signal => {
        const { task_retention_days: days } = await settings();
        await pruneTasks(unitOfWork, clock() - days * DAY_MS, signal);
      },
    },
    {
      doing: 'purging deleted users',
      run: async signal => {
        const { purge_deleted_users_days: days } = await settings();
        if (days !== null)
          await purgeDeletedUsers({ unitOfWork, lifeCycle }, clock() - days * DAY_MS, signal);
      },
    },
  ];
}
