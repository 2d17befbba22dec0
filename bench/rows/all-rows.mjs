/** The rows of the table, in its order. */
import { bulkWrites } from './bulk-writes.mjs';
import { clientListeners } from './client-listeners.mjs';
import { clientSize } from './client-size.mjs';
import { connectUser } from './connect-user.mjs';
import { emptyCalls } from './empty-calls.mjs';
import { fanOut } from './fan-out.mjs';
import { hardDelete } from './hard-delete.mjs';
import { idleListeners } from './idle-listeners.mjs';
import { indexBuilding } from './index-building.mjs';
import { queries } from './queries.mjs';
import { replay } from './replay.mjs';
import { singleWrites } from './single-writes.mjs';
import { starts } from './starts.mjs';
import { watchers } from './watchers.mjs';

export const ALL_ROWS = [
  ...bulkWrites,
  ...singleWrites,
  ...fanOut,
  clientListeners,
  watchers,
  idleListeners,
  replay,
  queries,
  emptyCalls,
  connectUser,
  hardDelete,
  starts,
  indexBuilding,
  clientSize,
];
