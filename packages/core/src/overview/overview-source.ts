import type { DatabaseAddress } from '../database/database-address.js';
import { type DiskRoom, diskRoom } from '../database/disk-room.js';
import { queryLane } from '../database/read-lane.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { readSettings } from '../settings/settings.js';
import type { StoppedQueries } from '../users/stopped-queries.js';
import type { Users } from '../users/users.js';
import { type WebhookInTrouble, webhooksInTrouble } from '../webhooks/webhooks-in-trouble.js';
import { type CountedOverview, countOverview } from './count-overview.js';
import { SecondCounts } from './second-counts.js';

/** What an overview is read from. */
export interface OverviewSourceOptions {
  unitOfWork: UnitOfWork;
  address: DatabaseAddress;
  users: Users;
  guestsByDefault: boolean;
  isWritable(): Promise<boolean>;
}

/** What the directory knows for an overview. */
export interface DirectoryOverview {
  counted: CountedOverview;
  guestsAreLetIn: boolean;
  stopped: StoppedQueries[];
  disk: DiskRoom | undefined;
  isWritable: boolean;
  webhooksInTrouble: WebhookInTrouble[];
}

/** Reads what an overview shows of the data, and counts the events that this process writes. */
export class OverviewSource {
  readonly #options: OverviewSourceOptions;
  /** The events that this process has written. */
  readonly events = new SecondCounts();

  constructor(options: OverviewSourceOptions) {
    this.#options = options;
    options.unitOfWork.onLogged(({ entries }) => this.events.add(entries.length));
  }

  /** @throws RollcallError `UNAVAILABLE` or `QUERY_TOO_EXPENSIVE` when the storage does not answer in time. */
  async read(): Promise<DirectoryOverview> {
    const { unitOfWork, address, users, guestsByDefault, isWritable } = this.#options;
    const [{ counted, settings, inTrouble }, disk, writable] = await Promise.all([
      unitOfWork.read(
        async transaction => ({
          counted: await countOverview(transaction),
          settings: await readSettings(transaction),
          inTrouble: await webhooksInTrouble(transaction),
        }),
        queryLane(),
      ),
      diskRoom(address),
      isWritable(),
    ]);
    return {
      counted,
      guestsAreLetIn: settings.guests_enabled ?? guestsByDefault,
      stopped: users.stoppedQueries(settings.indexed_custom_fields),
      disk,
      isWritable: writable,
      webhooksInTrouble: inTrouble,
    };
  }
}
