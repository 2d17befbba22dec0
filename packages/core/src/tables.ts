import { blockTable } from './blocks/block-table.js';
import type { TableShape } from './database/column.js';
import { eventMentionTable, eventStreamTable, eventTable } from './events/event-tables.js';
import { sweepTable } from './products/cascade-table.js';
import { channelMemberTable } from './products/chat/channel-member-table.js';
import { channelTable } from './products/chat/channel-table.js';
import { flagTable } from './products/chat/flag-table.js';
import { messageTable } from './products/chat/message-table.js';
import { reactionTable } from './products/chat/reaction-table.js';
import { responseTimeTable } from './products/chat/response-time-table.js';
import { activityTable } from './products/feeds/activity-table.js';
import { callMemberTable } from './products/video/call-member-table.js';
import { callTable } from './products/video/call-table.js';
import { taskTable } from './tasks/task-table.js';
import { taskUserTable } from './tasks/task-user-table.js';
import { banTable } from './users/ban-table.js';
import { userTable } from './users/user-table.js';

/** The tables that rows are mapped to. Small ones beside them (`roles`, `app_settings`, `tombstones`,
 * `export_chunks`) are read by hand. */
export const TABLES: readonly TableShape[] = [
  userTable,
  banTable,
  blockTable,
  eventTable,
  eventMentionTable,
  eventStreamTable,
  taskTable,
  taskUserTable,
  sweepTable,
  callTable,
  callMemberTable,
  activityTable,
  channelTable,
  channelMemberTable,
  messageTable,
  reactionTable,
  flagTable,
  responseTimeTable,
];
