/**
 * The default limits (docs/contract/limits.md). Both ends know them: the client cuts its batches by them, and the
 * server enforces them. Each name has its unit; a count has none.
 */
export const LIMITS = {
  /** Users in one batch of upserts, partial updates or life-cycle operations. */
  batchUsers: 100,
  /** One HTTP request body. */
  bodyBytes: 1024 * 1024,
  /** One WebSocket message from a client. */
  frameBytes: 1024 * 1024,
  /** Values in one HTTP request or WebSocket message of a client, those of all its calls together; server tokens have no limit. */
  requestValues: 25_000,
  /** The key of a call that is carried out once. */
  idempotencyKeyLength: 255,
  /** Such keys of one user within 24 hours; server tokens have no limit. */
  idempotencyKeys: 1000,
  /** The answer of a call, as JSON, that is kept for its key. */
  idempotencyAnswerBytes: 512 * 1024,
  /** The id of a request on a WebSocket, which every answer and event repeats. */
  requestIdLength: 255,
  /** One user as JSON, all fields together. */
  userBytes: 16 * 1024,
  /** `custom` as JSON. The setting `max_custom_bytes` overrides it. */
  customBytes: 5 * 1024,
  /** Nesting of `custom`: `{ a: 1 }` has depth 1. */
  customDepth: 8,
  /** One name of a custom field. */
  fieldNameLength: 64,
  /** Issues that one refusal lists; it says how many more there are. */
  listedIssues: 100,
  userIdLength: 255,
  nameLength: 255,
  imageLength: 2048,
  languageLength: 35,
  teams: 250,
  teamLength: 255,
  roleLength: 64,
  /** Paths in one partial update, `set` and `unset` together. */
  updatePaths: 100,
  filterDepth: 8,
  filterClauses: 100,
  /** Values of one `$in` or `$nin`. */
  filterValues: 1000,
  /** One string operand of a filter. */
  filterValueLength: 1024,
  sortFields: 5,
  pageUsers: 100,
  pageUsersDefault: 30,
  pageTasks: 100,
  pageTasksDefault: 25,
  /** Users on whom one `actOnUsers` acts. */
  actionUsers: 1_000_000,
  /** Users whom one `actOnUsers` exports: the file is in the database. */
  actionExportUsers: 100_000,
  /** Users whose content `previewActOnUsers` counts. */
  actionPreviewUsers: 1000,
  /** Failures that the result of one `actOnUsers` lists; it says how many more there are. */
  actionFailures: 1000,
  /** Users in one `exportUsers`. */
  exportUsers: 25,
  /** Records in the answer of one `exportUser`. */
  exportRecords: 10_000,
  /** Members that one call to the server names, and members that an answer shows of one call. */
  callMembers: 100,
  verbLength: 64,
  activityObjectLength: 255,
  offset: 1000,
  /** How far a call of a user counts, and how far it counts when it does not say. */
  countUpTo: 1000,
  /** How far a call with a server token counts. */
  serverCountUpTo: 1_000_000,
  subscriptionsPerConnection: 100,
  watchedUsersPerConnection: 10_000,
  indexedCustomFields: 20,
  privateCustomFields: 20,
  /** Events in one page of a live subscription. */
  eventPage: 500,
  /**
   * Text of the events in one page; a single event may be longer. A listener reads and parses longer pages more slowly: V8
   * keeps a text of more than 128 KiB apart, in memory that is new each time, and what is parsed of it outlives the young
   * generation.
   */
  eventPageBytes: 96 * 1024,
  /** Members named in one call, and members shown with a channel. */
  channelMembers: 100,
  messageTextLength: 5000,
  attachments: 30,
  /** Text, attachments and custom data of a message as JSON. */
  messageBytes: 16 * 1024,
  /** The type of a channel or a call. */
  contentTypeLength: 64,
  /** The id of a channel, a message, a call or an activity. */
  contentIdLength: 255,
  reactionLength: 32,
  /** Different types of reactions to one message: every answer with the message counts each of them. */
  reactionTypes: 100,
  flagReasonLength: 255,
  banReasonLength: 1000,
  /** The longest `timeout` of a ban: a year. */
  banMinutes: 525_600,
  /** Users whom one user can have blocked. */
  blockedUsers: 1000,
  /** `blocked_user_ids` as JSON in an event. A longer list stands in no event. */
  eventBlockedBytes: 4096,
  /** Devices of one user. Adding another one removes the oldest. */
  devices: 25,
  /** The id of a device, and the name of the provider's configuration. */
  deviceIdLength: 255,
  pageHistory: 100,
  pageHistoryDefault: 50,
  pageContent: 100,
  /**
   * Users, and custom data of channels and calls, in one page of channels, calls or blocks; the first item of a page may
   * be longer.
   */
  pageContentBytes: 1024 * 1024,
  pageContentDefault: 30,
  /** Endpoints of webhooks. */
  webhooks: 50,
  webhookUrlLength: 2048,
  /** Types of events that one endpoint names. */
  webhookTypes: 50,
  /** The filter of an endpoint as JSON. */
  webhookFilterBytes: 64 * 1024,
  webhookDescriptionLength: 255,
  /** Requests a second that an endpoint can be limited to. */
  webhookRate: 1000,
  /** How long one request to an endpoint may take, with its answer. */
  webhookMs: 15_000,
  /** Of the answer of an endpoint, how much is read and kept. */
  webhookAnswerBytes: 1024,
  /** Tries that a delivery keeps. */
  webhookAttempts: 20,
  /** Deliveries of one endpoint that wait; when there are more, it takes nothing new from the log. */
  webhookWaiting: 1000,
} as const;
