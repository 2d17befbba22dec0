/** The rows of the table, in its order. */
import { bulkWrites } from './bulk-writes.mjs';
import { clientListeners } from './client-listeners.mjs';
import { fanOut } from './fan-out.mjs';
import { idleListeners } from './idle-listeners.mjs';
import { singleWrites } from './single-writes.mjs';
import { watchers } from './watchers.mjs';

export const ALL_ROWS = [
  ...bulkWrites,
  ...singleWrites,
  ...fanOut,
  clientListeners,
  watchers,
  idleListeners,
];
