import { EXPORT_LINK_MS } from './access/export-links.js';
import { Roles } from './access/roles.js';
import { actHandler } from './actions/act-handler.js';
import { Actions } from './actions/actions.js';
import { Blocks } from './blocks/blocks.js';
import { diskRoom } from './database/disk-room.js';
import type { StorageState } from './database/storage-state.js';
import { Devices } from './devices/devices.js';
import type { EventLog } from './events/event-log.js';
import { exportSources } from './exports/export-sources.js';
import { exportUsersHandler } from './exports/export-users-handler.js';
import { Exports } from './exports/exports.js';
import { History } from './history/history.js';
import { IdempotencyKeys } from './idempotency/idempotency-keys.js';
import { LifeCycle } from './life-cycle/life-cycle.js';
import { lifeCycleHandlers } from './life-cycle/life-cycle-handlers.js';
import { Maintenance, maintenanceSteps } from './maintenance/maintenance.js';
import { BanExpiry } from './moderation/ban-expiry.js';
import { Moderation } from './moderation/moderation.js';
import { openStorage, type StorageOptions } from './open-storage.js';
import { OverviewSource } from './overview/overview-source.js';
import { readStoredState, type StoredState } from './overview/stored-state.js';
import type { Presence } from './presence/presence.js';
import type { PresenceWatch } from './presence/presence-watch.js';
import { linkProcesses } from './process-links.js';
import { Chat } from './products/chat/chat.js';
import { Feeds } from './products/feeds/feeds.js';
import type { Product } from './products/product.js';
import { Video } from './products/video/video.js';
import { Settings } from './settings/settings.js';
import { SettingsMemory } from './settings/settings-memory.js';
import type { TaskHandler } from './tasks/task-handler.js';
import { TaskWorker } from './tasks/task-worker.js';
import type { Tasks } from './tasks/tasks.js';
import { Revocations } from './users/revocation.js';
import { Users } from './users/users.js';
import { tracedSender } from './webhooks/traced-sender.js';
import type { WebhookSender } from './webhooks/webhook-sender.js';
import { WebhookWorker } from './webhooks/webhook-worker.js';
import { Webhooks } from './webhooks/webhooks.js';

/** What a directory is opened with. */
export interface DirectoryOptions extends StorageOptions {
  /** Whether this process works on tasks, sends webhooks, ends bans and deletes data that is older than the settings say; default true. */
  runTasks?: boolean;
  /**
   * Whether processes on one PostgreSQL notify each other when something has happened; default true. Without it, each
   * process looks by itself, at least every second. An embedded database belongs to one process, so it has no use for it.
   */
  notifications?: boolean;
  /** Whether guests are let in while the setting `guests_enabled` is not set; default false. */
  guestsByDefault?: boolean;
  /** Signs the path under which the file of an export can be read until `expires`; default a path without a signature. */
  exportLink?: (taskId: string, expires: number) => string;
  /** Sends requests to webhooks. Without it, this process sends none. */
  webhookSender?: WebhookSender;
}

/** What waits, runs and is held in one process. */
export interface DirectoryState extends StorageState {
  /** Whether the last write reached the storage. */
  writable: boolean;
  /** The tasks on which this process holds a lease. */
  heldTasks: number;
  presence: Presence['state'];
}

/** The directory: users and everything about them, over one database. */
export interface Directory {
  readonly users: Users;
  readonly lifeCycle: LifeCycle;
  readonly actions: Actions;
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
  readonly overview: OverviewSource;
  readonly webhooks: Webhooks;
  readonly chat: Chat;
  readonly video: Video;
  readonly feeds: Feeds;
  readonly idempotency: IdempotencyKeys;
  /** What waits, runs and is held in this process now. It costs nothing. */
  state(): DirectoryState;
  /**
   * What the data says of the work that is to be done. It costs a few statements, and tries a write after one has failed.
   * @throws RollcallError `UNAVAILABLE`
   */
  storedState(): Promise<StoredState>;
  /** Opens what the first queries would otherwise wait for, for a process that stays. It never throws. */
  warmUp(): Promise<void>;
  /** Whether the storage takes writes. After a write has failed, another is tried from time to time. It never rejects. */
  isWritable(): Promise<boolean>;
  /**
   * Takes no further task, and releases unfinished ones so that other processes go on with them. Resolves when the steps
   * under way have ended. Everything else goes on until `close`, which stops this work too.
   */
  stopWork(): Promise<void>;
  /** Stops all work, writes what is not written yet, and closes the database. A second call waits for the first. */
  close(): Promise<void>;
}

/**
 * Opens a directory: brings the database up to date and begins to work on tasks.
 * @throws RollcallError `INPUT_INVALID` and `UNAVAILABLE`, as `openStorage` does.
 */
export async function openDirectory(options: DirectoryOptions): Promise<Directory> {
  const { clock = Date.now, onError = () => undefined, products: own = [] } = options;
  const storage = await openStorage({ ...options, clock, onError, products: own });
  const { unitOfWork, scrubber } = storage;
  const settings = new SettingsMemory(unitOfWork);
  const users = new Users(unitOfWork, { guestsByDefault: options.guestsByDefault ?? false, settings });
  const exportPath = options.exportLink ?? (taskId => `/exports/${taskId}.ndjson`);
  const exportLink = (taskId: string) => {
    const url_expires_at = clock() + EXPORT_LINK_MS;
    return { url: exportPath(taskId, url_expires_at), url_expires_at };
  };
  const notifications = options.notifications ?? true;
  const trace = options.instruments?.trace;
  const { webhookSender } = options;
  const sender = webhookSender && trace ? tracedSender(webhookSender, trace) : webhookSender;
  const webhookWorker =
    sender && new WebhookWorker({ unitOfWork, sender, clock, onError, meter: options.instruments?.meter });
  const links = linkProcesses({
    storage,
    users,
    settings,
    clock,
    exportLink,
    onError,
    notifications,
    onLogged: () => webhookWorker?.notify(),
  });
  const { events, presence, presenceWatch, tasks, taskNotifications } = links;
  const webhooks = new Webhooks({
    unitOfWork,
    sender,
    clock,
    onChanged: () => webhookWorker?.notifyChanged(),
  });
  if (storage.address.engine !== 'postgres') {
    // An embedded database belongs to one process: the process before holds no user and no task any more.
    await presence.markAllOffline();
    await tasks.releaseAll();
    await webhooks.releaseAll();
  }
  presence.start();
  storage.checkFile();

  const chat = new Chat(unitOfWork);
  const video = new Video(unitOfWork);
  const feeds = new Feeds(unitOfWork);
  const products: readonly Product[] = [chat.product, video.product, feeds.product, ...own];
  const lifeCycle = new LifeCycle({ unitOfWork, users, tasks, products });
  const sources = exportSources(products);
  const onErased = () => {
    events.dropMemory();
    scrubber.schedule();
  };
  const work = [
    ...lifeCycleHandlers({ products, onErased }),
    exportUsersHandler(sources) as unknown as TaskHandler,
  ];
  const handlers = [...work, actHandler(work)];
  const worker = new TaskWorker({
    unitOfWork,
    notifications: taskNotifications,
    handlers,
    progress: tasks.progress,
    onError,
    ...(options.instruments && { instruments: options.instruments }),
  });
  const meter = options.instruments?.meter;
  if (meter) unitOfWork.onLogged(({ entries }) => meter.logged(entries.length));
  let maintenance: Maintenance | undefined;
  let banExpiry: BanExpiry | undefined;
  if (options.runTasks ?? true) {
    worker.start();
    webhookWorker?.start();
    banExpiry = new BanExpiry(unitOfWork, onError);
    const steps = [
      ...maintenanceSteps(unitOfWork, lifeCycle),
      // Another process may have ended while it made them.
      {
        doing: 'making the indexes of custom fields',
        run: async () => storage.customIndexes.makeBeside(onError),
      },
    ];
    maintenance = new Maintenance(steps, onError);
  }

  let closing: Promise<void> | undefined;
  const stopWork = async () => {
    await Promise.all([worker.stop(), webhookWorker?.stop(), banExpiry?.stop(), maintenance?.stop()]);
  };
  const close = async () => {
    await stopWork();
    await scrubber.close();
    await links.close();
    await storage.close();
  };

  return {
    users,
    lifeCycle,
    actions: new Actions({ unitOfWork, users, tasks, products, clock }),
    exports: new Exports({ unitOfWork, tasks, sources }),
    settings: new Settings(unitOfWork, storage.customIndexes),
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
    overview: new OverviewSource({
      unitOfWork,
      address: storage.address,
      users,
      guestsByDefault: options.guestsByDefault ?? false,
      isWritable: () => storage.writeProbe.isWritable(),
    }),
    webhooks,
    chat,
    video,
    feeds,
    idempotency: new IdempotencyKeys(unitOfWork),
    state: () => {
      const { waitingWrites, ...storageState } = unitOfWork.state;
      return {
        ...storageState,
        waitingWrites: waitingWrites + users.waitingWrites,
        writable: unitOfWork.writable,
        heldTasks: worker.held,
        presence: presence.state,
      };
    },
    storedState: async () => {
      const [stored, disk] = await Promise.all([
        unitOfWork.read(readStoredState),
        diskRoom(storage.address),
        // Where nobody writes and nobody asks whether it is ready, nothing else would find out that it takes writes again.
        storage.writeProbe.isWritable(),
      ]);
      return { ...stored, ...(disk && { disk }) };
    },
    warmUp: () => unitOfWork.warmUp(),
    isWritable: () => storage.writeProbe.isWritable(),
    stopWork,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
