/** The rows of the table, in its order. */
import { bulkWrites } from './bulk-writes.mjs';
import { singleWrites } from './single-writes.mjs';

export const ALL_ROWS = [...bulkWrites, ...singleWrites];
