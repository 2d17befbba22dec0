import { Roles } from './access/roles.js';
import { parseDatabaseUrl } from './database/engine.js';
import { openDatabase } from './database/open-database.js';
import { EventLog } from './events/event-log.js';
import { EventRetention } from './events/event-retention.js';
import { writeLog } from './events/write-log.js';
import { deactivateUsersJob } from './jobs/deactivate-users.js';
import { LifeCycle } from './jobs/life-cycle.js';
import { reactivateUsersJob } from './jobs/reactivate-users.js';
import { Presence } from './presence/presence.js';
import { Settings } from './settings/settings.js';
import { TABLES } from './tables.js';
import { LocalTaskHints } from './tasks/task-hints.js';
import { TaskWorker } from './tasks/task-worker.js';
import { Tasks } from './tasks/tasks.js';
import { deactivateUsers, reactivateUsers } from './users/life-cycle.js';
import { Users } from './users/users.js';

/** What a directory is opened with. */
export interface DirectoryOptions {
  /** `sqlite:<file>`, `better-sqlite3:<file>` or `postgres://…`. */
  databaseUrl: string;
  /** Epoch milliseconds; default the machine's clock. */
  clock?: () => number;
  /** Hears of faults that no caller is told of. It must not throw. */
  onError?: (error: unknown, context: string) => void;
  /** Whether this process works on tasks; default true. */
  runTasks?: boolean;
}

/** The directory: users and everything about them, over one database. */
export interface Directory {
  readonly users: Users;
  readonly lifeCycle: LifeCycle;
  readonly settings: Settings;
  readonly roles: Roles;
  readonly events: EventLog;
  readonly tasks: Tasks;
  readonly presence: Presence;
  /** Whether the last write reached the storage. */
  readonly writable: boolean;
  /** Ends what runs, writes what is not written yet, and closes the database. A second call waits for the same end. */
  close(): Promise<void>;
}

/**
 * Opens a directory: brings the database up to date, begins to work on tasks.
 * @throws RollcallError `INPUT_INVALID` for a URL that is none, `UNAVAILABLE` for a database that is in use or damaged.
 */
export async function openDirectory(options: DirectoryOptions): Promise<Directory> {
  const clock = options.clock ?? Date.now;
  const onError = options.onError ?? (() => undefined);
  const address = parseDatabaseUrl(options.databaseUrl);
  const database = await openDatabase(address, TABLES, writeLog);
  const { unitOfWork } = database;
  const events = new EventLog(unitOfWork, onError);
  unitOfWork.onLogged(() => events.hint());
  const hints = new LocalTaskHints();
  const tasks = new Tasks({ unitOfWork, clock, hints });
  const presence = new Presence(unitOfWork, clock, onError);
  if (address.engine !== 'postgres') await presence.forgetEverybody();

  const jobs = [deactivateUsersJob(deactivateUsers), reactivateUsersJob(reactivateUsers)];
  const worker = new TaskWorker({ unitOfWork, clock, hints, jobs, progress: tasks.progress, onError });
  if (options.runTasks ?? true) worker.start();
  const retention = new EventRetention(unitOfWork, clock, onError);

  let closing: Promise<void> | undefined;
  const close = async () => {
    await worker.stop();
    await retention.stop();
    await presence.close();
    await events.close();
    await database.close();
  };

  return {
    users: new Users(unitOfWork, clock),
    lifeCycle: new LifeCycle(unitOfWork, tasks),
    settings: new Settings(unitOfWork, clock),
    roles: new Roles(unitOfWork, clock),
    events,
    tasks,
    presence,
    get writable() {
      return unitOfWork.writable;
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
