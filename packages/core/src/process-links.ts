import { EventLog } from './events/event-log.js';
import { PostgresNotifications } from './notifications/postgres-notifications.js';
import { NO_NOTIFICATIONS, type ProcessNotification } from './notifications/process-notifications.js';
import type { Storage } from './open-storage.js';
import { Presence } from './presence/presence.js';
import { PresenceWatch } from './presence/presence-watch.js';
import type { SettingsMemory } from './settings/settings-memory.js';
import {
  broadcastTaskNotifications,
  LocalTaskNotifications,
  type TaskNotifications,
} from './tasks/task-notifications.js';
import { RemoteProgress } from './tasks/task-progress.js';
import { Tasks } from './tasks/tasks.js';
import type { ExportLink } from './tasks/to-task.js';
import type { Users } from './users/users.js';

/** What the links are made with. */
export interface ProcessLinksOptions {
  storage: Storage;
  users: Users;
  settings: SettingsMemory;
  clock: () => number;
  onError: (error: unknown, context: string) => void;
  /** Says where the file of an export is read. */
  exportLink: ExportLink;
  /** Whether processes on one PostgreSQL notify each other. */
  notifications: boolean;
  /** Called when the log may have grown, here or in another process. */
  onLogged: () => void;
}

/** The parts that follow what happens in this process and in the other processes on its database. */
export interface ProcessLinks {
  readonly events: EventLog;
  readonly presence: Presence;
  readonly presenceWatch: PresenceWatch;
  readonly tasks: Tasks;
  readonly taskNotifications: TaskNotifications;
  /** Marks the users of this process as offline and tells the other processes, then stops following. */
  close(): Promise<void>;
}

/**
 * Makes these parts and connects them. When a commit logged something, a user came or went, or a task changed, the parts
 * here that wait for it are notified, and then the other processes. A notification from another process reaches the same
 * parts, but is not sent on.
 */
export function linkProcesses(options: ProcessLinksOptions): ProcessLinks {
  const { storage, users, settings, clock, exportLink, onError, onLogged } = options;
  const { address, unitOfWork } = storage;
  const events = new EventLog(unitOfWork, onError);
  // Before any listener: who judges a connection by an event must not do it by the settings before that.
  events.onNews(entries => settings.hear(entries));
  const localTasks = new LocalTaskNotifications();

  const onReceived = ({ log, presence: moved, tasks: changed, anything }: ProcessNotification) => {
    if (log || anything) {
      events.notify();
      presence.retry();
      onLogged();
    }
    if (moved || anything) presenceWatch.notify();
    for (const [taskId, claimable] of changed ?? []) localTasks.announce({ taskId, claimable });
    if (anything) localTasks.announce({ claimable: true });
  };
  const others =
    address.engine === 'postgres' && options.notifications
      ? new PostgresNotifications({ url: address.url, onReceived, onError })
      : NO_NOTIFICATIONS;

  unitOfWork.onLogged(log => {
    events.take(log);
    presence.retry();
    onLogged();
    others.tell({ log: true });
  });
  const presence = new Presence({
    unitOfWork,
    clock,
    onWritten: () => {
      presenceWatch.notify();
      others.tell({ presence: true });
    },
    onError,
  });
  const presenceWatch = new PresenceWatch({ unitOfWork, events, find: ids => users.find(ids), onError });
  const taskNotifications = broadcastTaskNotifications(localTasks, ({ taskId, claimable }) =>
    others.tell(taskId === undefined ? { anything: true } : { tasks: new Map([[taskId, claimable]]) }),
  );
  const tasks = new Tasks({ unitOfWork, notifications: taskNotifications, exportLink });
  const remoteProgress =
    address.engine === 'postgres'
      ? new RemoteProgress({ unitOfWork, progress: tasks.progress, notifications: localTasks, onError })
      : undefined;

  return {
    events,
    presence,
    presenceWatch,
    tasks,
    taskNotifications,
    close: async () => {
      await presenceWatch.close();
      await presence.close();
      await remoteProgress?.close();
      await others.close();
      await events.close();
    },
  };
}
