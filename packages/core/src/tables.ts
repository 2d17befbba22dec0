import type { TableShape } from './database/column.js';
import { eventMentionTable, eventStreamTable, eventTable } from './events/event-tables.js';
import { taskTable } from './tasks/task-table.js';
import { userTable } from './users/user-table.js';

/** The tables that rows are mapped to. Two small ones beside them, `roles` and `app_settings`, are read by hand. */
export const TABLES: readonly TableShape[] = [userTable, eventTable, eventMentionTable, eventStreamTable, taskTable];
