import { EXPORT_LINK_MS } from './access/export-links.js';
import { Roles } from './access/roles.js';
import { Blocks } from './blocks/blocks.js';
import { refuseUnfinishedCopy } from './copy/copy-mark.js';
import { type DatabaseAddress, parseDatabaseUrl } from './database/database-address.js';
import { openDatabase } from './database/open-database.js';
import { Scrubber } from './database/scrubber.js';
import { WriteProbe } from './database/write-probe.js';
import { Devices } from './devices/devices.js';
import { EventLog } from './events/event-log.js';
import { writeLog } from './events/stored-log.js';
import { exportSources } from './exports/export-sources.js';
import { exportUsersHandler } from './exports/export-users-handler.js';
import { Exports } from './exports/exports.js';
import { History } from './history/history.js';
import { LifeCycle } from './life-cycle/life-cycle.js';
import { lifeCycleHandlers } from './life-cycle/life-cycle-handlers.js';
import { Maintenance, maintenanceSteps } from './maintenance/maintenance.js';
import { BanExpiry } from './moderation/ban-expiry.js';
import { Moderation } from './moderation/moderation.js';
import { PostgresNotifications } from './notifications/postgres-notifications.js';
import { NO_NOTIFICATIONS, type ProcessNotification } from './notifications/process-notifications.js';
import { Presence } from './presence/presence.js';
import { PresenceWatch } from './presence/presence-watch.js';
import { Chat } from './products/chat/chat.js';
import { Feeds } from './products/feeds/feeds.js';
import { checkOwnProducts } from './products/own-products.js';
import type { Product } from './products/product.js';
import { Video } from './products/video/video.js';
import { Settings } from './settings/settings.js';
import { TABLES } from './tables.js';
import type { TaskHandler } from './tasks/task-handler.js';
import { broadcastTaskNotifications, LocalTaskNotifications } from './tasks/task-notifications.js';
import { RemoteProgress } from './tasks/task-progress.js';
import { TaskWorker } from './tasks/task-worker.js';
import { Tasks } from './tasks/tasks.js';
import { Revocations } from './users/revocation.js';
import { Users } from './users/users.js';

/** What a directory is opened with. */
export interface DirectoryOptions {
  /** `sqlite:<file>`, `better-sqlite3:<file>` or `postgres://…`. */
  databaseUrl: string;
  /** Connections to PostgreSQL that this process keeps open at most; default 10. Embedded engines have no use for it. */
  postgresPoolSize?: number;
  /** Epoch milliseconds; default the machine's clock. */
  clock?: () => number;
  /** Hears of faults that no caller is told of. It must not throw. */
  onError?: (error: unknown, context: string) => void;
  /** Whether the database is brought up to date first; where it is not, one that lacks something is refused. Default true. */
  migrate?: boolean;
  /** Whether this process works on tasks, ends bans and keeps data as long as the settings say; default true. */
  runTasks?: boolean;
  /**
   * Whether processes on one PostgreSQL tell each other when something has happened; default true. Without it each looks
   * by itself, at least every second. An embedded database has one process.
   */
  hints?: boolean;
  /** Products of the operator's own: they follow users as the built-in ones do, after those and in this order. */
  products?: readonly Product[];
  /** Whether guests may come in while the setting `guests_enabled` does not say; default false. */
  guestsByDefault?: boolean;
  /** Signs the path where the file of an export is read until a time; default a path that nobody has signed. */
  exportLink?: (taskId: string, expires: number) => string;
}

/** The directory: users and everything about them, over one database. */
export interface Directory {
  readonly users: Users;
  readonly lifeCycle: LifeCycle;
  readonly exports: Exports;
  readonly settings: Settings;
  readonly roles: Roles;
  readonly tokens: Revocations;
  readonly events: EventLog;
  readonly tasks: Tasks;
  readonly presence: Presence;
  readonly presenceWatch: PresenceWatch;
  readonly moderation: Moderation;
  readonly blocks: Blocks;
  readonly devices: Devices;
  readonly history: History;
  readonly chat: Chat;
  readonly video: Video;
  readonly feeds: Feeds;
  /** Whether the storage takes writes; after one has failed, another is tried from time to time. It never rejects. */
  isWritable(): Promise<boolean>;
  /**
   * Takes no further task and gives back what is unfinished, so that other processes go on with it; ends with the steps
   * under way. Everything else goes on until `close`, which does this too.
   */
  stopWork(): Promise<void>;
  /** Ends what runs, writes what is not written yet, and closes the database. A second call waits for the same end. */
  close(): Promise<void>;
}

/**
 * Opens a directory: brings the database up to date, begins to work on tasks.
 * @throws RollcallError `INPUT_INVALID` for a URL that is none, and for a product with a name that is none or is used
 * twice; `UNAVAILABLE` for a database that is in use, damaged, an unfinished copy, or refused because it is not up to date,
 * and for a migration that fails or gets no lock in time.
 */
export async function openDirectory(options: DirectoryOptions): Promise<Directory> {
  const clock = options.clock ?? Date.now;
  const onError = options.onError ?? (() => undefined);
  const address = addressOf(options);
  const own = options.products ?? [];
  checkOwnProducts(own);
  const schema = (options.migrate ?? true) ? 'migrate' : 'require';
  const database = await openDatabase(address, { tables: TABLES, owners: own, schema, clock }, writeLog);
  const { unitOfWork } = database;
  await unitOfWork.read(refuseUnfinishedCopy).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  const writeProbe = new WriteProbe(unitOfWork);
  const events = new EventLog(unitOfWork, onError);
  const onLogged = () => {
    events.hint();
    presence.retry();
  };
  unitOfWork.onLogged(() => {
    onLogged();
    others.tell({ log: true });
  });
  const localHints = new LocalTaskNotifications();
  const onReceived = ({ log, presence: moved, tasks: changed, anything }: ProcessNotification) => {
    if (log || anything) onLogged();
    if (moved || anything) presenceWatch.hint();
    for (const [taskId, claimable] of changed ?? []) localHints.announce({ taskId, claimable });
    if (anything) localHints.announce({ claimable: true });
  };
  const others =
    address.engine === 'postgres' && (options.hints ?? true)
      ? new PostgresNotifications({ url: address.url, onReceived, onError })
      : NO_NOTIFICATIONS;
  const hints = broadcastTaskNotifications(localHints, ({ taskId, claimable }) =>
    others.tell(taskId === undefined ? { anything: true } : { tasks: new Map([[taskId, claimable]]) }),
  );
  const pathOf = options.exportLink ?? (taskId => `/exports/${taskId}.ndjson`);
  const exportLink = (taskId: string) => {
    const url_expires_at = clock() + EXPORT_LINK_MS;
    return { url: pathOf(taskId, url_expires_at), url_expires_at };
  };
  const tasks = new Tasks({ unitOfWork, hints, exportLink });
  const presence = new Presence({
    unitOfWork,
    clock,
    onWritten: () => {
      presenceWatch.hint();
      others.tell({ presence: true });
    },
    onError,
  });
  if (address.engine !== 'postgres') {
    // An embedded database belongs to one process: whatever the last one had in hand is free.
    await presence.markAllOffline();
    await tasks.releaseAll();
  }

  const users = new Users(unitOfWork, { guestsByDefault: options.guestsByDefault ?? false });
  const presenceWatch = new PresenceWatch({ unitOfWork, events, find: ids => users.find(ids), onError });
  const remoteProgress =
    address.engine === 'postgres'
      ? new RemoteProgress({ unitOfWork, progress: tasks.progress, hints: localHints, onError })
      : undefined;
  presence.start();
  const chat = new Chat(unitOfWork);
  const video = new Video(unitOfWork);
  const feeds = new Feeds(unitOfWork);
  const products: readonly Product[] = [chat.product, video.product, feeds.product, ...own];
  const lifeCycle = new LifeCycle({ unitOfWork, users, tasks, products });
  const sources = exportSources(products);

  const scrubber = new Scrubber(unitOfWork, onError);
  const onErased = () => {
    events.forget();
    scrubber.ring();
  };
  const jobs = [
    ...lifeCycleHandlers({ products, onErased }),
    exportUsersHandler(sources) as unknown as TaskHandler,
  ];
  const worker = new TaskWorker({ unitOfWork, hints, jobs, progress: tasks.progress, onError });
  let maintenance: Maintenance | undefined;
  let banExpiry: BanExpiry | undefined;
  if (options.runTasks ?? true) {
    worker.start();
    banExpiry = new BanExpiry(unitOfWork, onError);
    maintenance = new Maintenance(maintenanceSteps(unitOfWork, lifeCycle), onError);
  }

  let closing: Promise<void> | undefined;
  const stopWork = async () => {
    await Promise.all([worker.stop(), banExpiry?.stop(), maintenance?.stop()]);
  };
  const close = async () => {
    await stopWork();
    await scrubber.close();
    await presenceWatch.close();
    await presence.close();
    await remoteProgress?.close();
    await others.close();
    await events.close();
    await database.close();
  };

  return {
    users,
    lifeCycle,
    exports: new Exports({ unitOfWork, tasks, sources }),
    settings: new Settings(unitOfWork),
    roles: new Roles(unitOfWork),
    tokens: new Revocations(unitOfWork),
    events,
    tasks,
    presence,
    presenceWatch,
    moderation: new Moderation(unitOfWork),
    blocks: new Blocks(unitOfWork),
    devices: new Devices(unitOfWork),
    history: new History(unitOfWork),
    chat,
    video,
    feeds,
    isWritable: () => writeProbe.isWritable(),
    stopWork,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function addressOf({ databaseUrl, postgresPoolSize: poolSize }: DirectoryOptions): DatabaseAddress {
  const address = parseDatabaseUrl(databaseUrl);
  return address.engine === 'postgres' && poolSize ? { ...address, poolSize } : address;
}
