import type { AppSettings } from '@rollcall/protocol';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { LifeCycle } from '../life-cycle/life-cycle.js';
import { readSettings } from '../settings/settings.js';
import { dropOldExports } from './drop-old-exports.js';
import type { Chore } from './maintenance.js';
import { pruneLog } from './prune-log.js';
import { pruneTasks } from './prune-tasks.js';
import { purgeDeletedUsers } from './purge-deleted-users.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** What a directory looks after: the age of events, ended tasks, files of exports, and users who are deleted. */
export function retentionChores(unitOfWork: UnitOfWork, lifeCycle: LifeCycle): readonly Chore[] {
  const daysAgo = (daysOf: (settings: AppSettings) => number) =>
    unitOfWork.read(async transaction => transaction.now - daysOf(await readSettings(transaction)) * DAY_MS);
  return [
    {
      doing: 'pruning the event log',
      run: async signal => {
        await pruneLog(unitOfWork, await daysAgo(settings => settings.event_retention_days), signal);
      },
    },
    {
      doing: 'removing the files of old exports',
      run: signal => dropOldExports(unitOfWork, signal),
    },
    {
      doing: 'removing old tasks',
      run: async signal => {
        await pruneTasks(unitOfWork, await daysAgo(settings => settings.task_retention_days), signal);
      },
    },
    {
      doing: 'purging deleted users',
      run: async signal => {
        const before = await daysAgo(
          settings => settings.purge_deleted_users_days ?? Number.POSITIVE_INFINITY,
        );
        if (Number.isFinite(before)) await purgeDeletedUsers({ unitOfWork, lifeCycle }, before, signal);
      },
    },
  ];
}
