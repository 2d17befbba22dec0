import type { TableShape } from './database/table.js';
import { eventMentionTable, eventStreamTable, eventTable, pastEpochTable } from './events/event-tables.js';
import {
  keptAnswerContentTable,
  keptAnswerTable,
  keptAnswerUserTable,
} from './idempotency/kept-answer-tables.js';
import { cascadeTable } from './products/cascade-table.js';
import { channelMemberTable, channelTable } from './products/chat/channel-table.js';
import { flagTable } from './products/chat/flags.js';
import { messageTable } from './products/chat/message-table.js';
import { reactionTable } from './products/chat/reactions.js';
import { responseTimeTable } from './products/chat/response-time.js';
import { activityTable } from './products/feeds/activity-table.js';
import { callMemberTable, callTable } from './products/video/call-table.js';
import { taskListTable } from './tasks/task-lists.js';
import { taskTable } from './tasks/task-table.js';
import { taskUserTable } from './tasks/task-users.js';
import { banTable } from './users/bans.js';
import { blockTable } from './users/block-table.js';
import { userTable } from './users/model/user-table.js';
import { deliveryTable } from './webhooks/delivery-table.js';
import { endpointTable } from './webhooks/endpoint-table.js';

/** The tables whose rows are mapped to objects. Statements read smaller tables directly (`roles`, `app_settings`, `tombstones`, `export_chunks`). */
export const TABLES: readonly TableShape[] = [
  userTable,
  banTable,
  blockTable,
  eventTable,
  eventMentionTable,
  eventStreamTable,
  pastEpochTable,
  taskTable,
  taskUserTable,
  taskListTable,
  cascadeTable,
  callTable,
  callMemberTable,
  activityTable,
  channelTable,
  channelMemberTable,
  messageTable,
  reactionTable,
  flagTable,
  responseTimeTable,
  endpointTable,
  deliveryTable,
  keptAnswerTable,
  keptAnswerUserTable,
  keptAnswerContentTable,
];
