import {
  APP_SETTINGS,
  type AppSettings,
  BUILT_IN_ROLES,
  CLOSE_CODES,
  DEFAULT_GRANTS,
  ERROR_CODES,
  ERROR_MEANINGS,
  type ErrorCode,
  EVENT_CATALOGUE,
  type EventRule,
  FATAL_CLOSE_CODES,
  FILTER_OPERATORS,
  GRANT_MEANINGS,
  type Grant,
  LIMITS,
  OVERVIEW_WARNINGS,
  parseFilter,
  QUERY_FIELDS,
  USER_FIELDS,
  type UserFieldRule,
} from '@rollcall/protocol';
import { type GeneratedTable, table } from './generated-pages.js';

type TransportCode = (typeof ERROR_CODES)[keyof typeof ERROR_CODES]['trpc'];

const HTTP_STATUS: Record<TransportCode, number> = {
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PRECONDITION_FAILED: 412,
  PAYLOAD_TOO_LARGE: 413,
  UNPROCESSABLE_CONTENT: 422,
  TOO_MANY_REQUESTS: 429,
  INTERNAL_SERVER_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
};

/** Every error code, with its HTTP status and whether repeating the same call can help. */
export const errorCodes: GeneratedTable = () =>
  table(
    ['Code', 'HTTP', 'Same call again', 'Meaning'],
    Object.entries(ERROR_CODES).map(([code, { trpc, unrecoverable }]) => [
      `\`${code}\``,
      String(HTTP_STATUS[trpc]),
      unrecoverable ? 'fails again' : 'may succeed',
      ERROR_MEANINGS[code as ErrorCode],
    ]),
  );

const RECEIVERS: Record<EventRule['audience'], string> = {
  public: 'servers, the user itself, users who follow it',
  own: 'servers, the user itself',
  named: 'servers, the users in its `user_ids`',
  server: 'servers',
};

/** Every type of event, whether the log keeps it, and who receives it. */
export const eventTypes: GeneratedTable = () =>
  table(
    ['Type', 'Kept in the log', 'Who receives it', 'When'],
    Object.entries(EVENT_CATALOGUE).map(([type, { durable, audience, when }]) => [
      `\`${type}\``,
      durable ? 'yes' : 'no',
      RECEIVERS[audience],
      when,
    ]),
  );

const WRITERS: Record<UserFieldRule['write'], string> = {
  anyone: 'the user itself, servers',
  server: 'servers',
  nobody: 'read only',
};

const VIEWERS: Record<UserFieldRule['seenBy'], string> = {
  all: 'all who see the user',
  self: 'the user itself, servers',
  server: 'servers',
};

/** Every built-in field of a user: what its row in the table of fields says, queries aside. */
export const userFields: GeneratedTable = () =>
  table(
    ['Field', 'Holds', 'Default', 'Written by', 'Seen by', 'Missing from an upsert', 'A change is told by'],
    Object.entries(USER_FIELDS).map(([field, rule]: [string, UserFieldRule]) => [
      `\`${field}\``,
      rule.holds,
      field === 'id' ? 'given' : defaultOf(rule),
      field === 'id' ? 'the caller that creates the user, once' : WRITERS[rule.write],
      VIEWERS[rule.seenBy],
      field === 'id' ? 'an error' : rule.onReplace === 'reset' ? 'goes back to its default' : 'stays',
      telling(rule),
    ]),
  );

function defaultOf({ optional, default: value }: UserFieldRule): string {
  if (optional) return 'absent';
  return value === undefined ? 'set by Rollcall' : `\`${JSON.stringify(value)}\``;
}

function telling({ changes }: UserFieldRule): string {
  switch (changes) {
    case 'never':
      return 'never changes';
    case 'apart':
      return 'no event of the log';
    case 'along':
      return 'the event of the other change';
    default:
      return (typeof changes === 'string' ? [changes] : changes).map(type => `\`${type}\``).join(' ');
  }
}

/** Every field that a filter or a sort may name, with the operators that it takes. */
export const queryFields: GeneratedTable = () =>
  table(
    ['Field', 'Holds', 'Operators', 'Who may query it'],
    [...Object.keys(QUERY_FIELDS), 'custom.<path>'].map(name => {
      const rule = Object.hasOwn(QUERY_FIELDS, name)
        ? QUERY_FIELDS[name as keyof typeof QUERY_FIELDS]
        : undefined;
      return [
        `\`${name}\``,
        rule?.holds ?? 'any JSON',
        operatorsOf(rule ? name : 'custom.path').join(' '),
        rule?.serverOnly ? 'servers' : 'all who may query users',
      ];
    }),
  );

/** The operators that the parser of filters accepts for a field: asked of the parser, operand by operand. */
function operatorsOf(field: string): string[] {
  const operands = ['text', 1, true, ['text'], [1], [true]];
  return FILTER_OPERATORS.filter(operator =>
    operands.some(operand => {
      try {
        parseFilter({ [field]: { [operator]: operand } }, { server: true });
        return true;
      } catch {
        return false;
      }
    }),
  ).map(operator => `\`${operator}\``);
}

/** Every grant, and the built-in roles that have it by default. */
export const grants: GeneratedTable = () =>
  table(
    ['Grant', 'Allows', 'Roles that have it by default'],
    Object.entries(GRANT_MEANINGS).map(([grant, meaning]) => [
      `\`${grant}\``,
      meaning,
      BUILT_IN_ROLES.filter(role => DEFAULT_GRANTS[role].includes(grant as Grant))
        .map(role => `\`${role}\``)
        .join(', '),
    ]),
  );

/** The page of docs/contract that explains a setting of the app, or the section of the page with the table. */
const SETTING_PAGES: Record<keyof AppSettings, string> = {
  enforce_unique_usernames: 'usernames.md',
  private_custom_fields: 'users.md#private-parts',
  indexed_custom_fields: 'queries.md#indexes',
  max_custom_bytes: 'users.md#custom-data',
  guests_enabled: '#guests',
  multi_tenant_enabled: '#several-tenants',
  grants: '#roles-and-grants',
  event_retention_days: 'events.md#what-is-promised',
  task_retention_days: 'life-cycle.md#tasks',
  purge_deleted_users_days: 'life-cycle.md#deletion',
  revoke_tokens_issued_before: '#revocation',
};

/** Every setting of the app. */
export const appSettings: GeneratedTable = () =>
  table(
    ['Setting', 'Default', 'What it does', 'Explained in'],
    Object.entries(APP_SETTINGS).map(([name, { default: byDefault, does, cost }]) => {
      const page = SETTING_PAGES[name as keyof AppSettings];
      return [
        `\`${name}\``,
        name === 'grants' ? 'see [the table](#roles-and-grants)' : `\`${JSON.stringify(byDefault)}\``,
        cost === undefined ? does : `${does} ${cost}`,
        `[${page.startsWith('#') ? 'above' : page.split('#')[0]}](${page})`,
      ];
    }),
  );

const LIMIT_MEANINGS: Record<keyof typeof LIMITS, string> = {
  batchUsers: 'users in one batch',
  bodyBytes: 'bytes of one HTTP request',
  frameBytes: 'bytes of one WebSocket message from a client',
  requestValues:
    'values, elements and fields alike, in one HTTP request or WebSocket message; with a server token as many as fit',
  idempotencyKeyLength: 'characters of an idempotency key',
  idempotencyKeys: 'idempotency keys of one user within 24 hours; server tokens have no limit',
  idempotencyAnswerBytes: 'bytes of an answer, as JSON, that is kept for its idempotency key',
  requestIdLength: 'characters of the id of a request on a WebSocket',
  userBytes: 'bytes of one user as JSON',
  customBytes: 'bytes of `custom` as JSON (setting `max_custom_bytes`)',
  customDepth: 'levels of `custom`; `{ a: 1 }` is one',
  fieldNameLength: 'characters of the name of a custom field',
  listedIssues: 'issues that one refusal lists; it says how many more there are',
  userIdLength: 'characters of a user id',
  nameLength: 'characters of `name`',
  imageLength: 'characters of `image`',
  languageLength: 'characters of `language`',
  teams: 'teams of one user',
  teamLength: 'characters of the name of a team',
  roleLength: 'characters of the name of a role',
  updatePaths: 'paths in one partial update',
  filterDepth: 'levels of a filter',
  filterClauses: 'comparisons in a filter',
  filterValues: 'values of one `$in`, `$nin` or array',
  filterValueLength: 'characters of one string in a filter',
  sortFields: 'fields of a sort',
  pageUsers: 'users in one page',
  pageUsersDefault: 'users in one page by default',
  pageTasks: 'tasks in one page',
  pageTasksDefault: 'tasks in one page by default',
  exportUsers: 'users in one export to a file',
  actionUsers: 'users on whom one `actOnUsers` acts',
  actionExportUsers: 'users whom one `actOnUsers` exports to a file',
  actionPreviewUsers: 'users whose content `previewActOnUsers` counts',
  actionFailures: 'failures that the result of one `actOnUsers` lists',
  exportRecords: 'records in the answer of `exportUser`',
  callMembers: 'members named in one request about a call, and shown with the call',
  verbLength: 'characters of the verb of an activity',
  activityObjectLength: 'characters of the object of an activity',
  offset: 'users left out by `offset`; to go further, follow `next`',
  countUpTo: 'users counted by one call, and counted by default',
  serverCountUpTo: 'users counted by one call with a server token',
  subscriptionsPerConnection: 'subscriptions on one connection',
  watchedUsersPerConnection: 'users watched by the subscriptions of one connection together',
  indexedCustomFields: 'custom fields with an index',
  privateCustomFields: 'custom fields that are private',
  eventPage: 'events in one page of a subscription',
  eventPageBytes: 'text of the events in one page of a subscription, in bytes; a single event may be longer',
  channelMembers: 'members named in one request about a channel, and shown with the channel',
  messageTextLength: 'characters of the text of a message',
  attachments: 'attachments of a message',
  messageBytes: 'bytes of the text, attachments and custom data of a message as JSON',
  contentTypeLength: 'characters of the type of a channel or a call',
  contentIdLength: 'characters of the id of a channel, a message, a call or an activity',
  reactionLength: 'characters of the type of a reaction',
  reactionTypes: 'types of reactions to one message',
  flagReasonLength: 'characters of the reason of a flag',
  banReasonLength: 'characters of the reason of a ban',
  banMinutes: 'minutes of the `timeout` of a ban',
  blockedUsers: 'users whom one user has blocked',
  eventBlockedBytes: '`blocked_user_ids` as JSON in an event, in bytes; a longer list stands in no event',
  devices: 'devices of one user; the oldest leaves',
  deviceIdLength: 'characters of the id of a device',
  pageHistory: 'events in one page of a history',
  pageHistoryDefault: 'events in one page of a history by default',
  pageContent: 'channels, messages, flags, bans, blocks, calls, activities or deliveries in one page',
  pageContentBytes:
    'users in one page of channels, calls or blocks, and custom data of the channels or calls, in bytes; the first of the page may be longer',
  pageContentDefault: 'of them in one page by default',
  webhooks: 'webhooks',
  webhookUrlLength: 'characters of the address of a webhook',
  webhookTypes: 'types of events that one webhook names',
  webhookFilterBytes: 'bytes of the filter of a webhook as JSON',
  webhookDescriptionLength: 'characters of the description of a webhook',
  webhookRate: 'requests a second to which a webhook can be limited',
  webhookMs: 'milliseconds that one request to a webhook takes, with its answer',
  webhookAnswerBytes: 'bytes of the answer of a webhook that are read and kept',
  webhookAttempts: 'tries that a delivery keeps',
  webhookWaiting: 'deliveries of one webhook that wait; with more it takes nothing new from the log',
};

/** Every limit, by default. */
export const limits: GeneratedTable = () =>
  table(
    ['At most', 'of what'],
    Object.entries(LIMIT_MEANINGS).map(([name, meaning]) => [
      LIMITS[name as keyof typeof LIMITS].toLocaleString('en-US'),
      meaning,
    ]),
  );

const CLOSE_REASONS: Record<keyof typeof CLOSE_CODES, string> = {
  serviceRestart: 'The server is going down. Come back after a random wait of a few seconds.',
  tryAgainLater: 'The server cannot take the connection now. Come back after a random wait of a few seconds.',
  tokenInvalid: 'The token is missing, malformed, or signed with another secret.',
  tokenExpired: 'The token has expired. Come back with a fresh one.',
  refused: 'This user may not be connected: deactivated, deleted, or its tokens were revoked.',
  tooSlow: 'Events arrived faster than this connection read them. Come back and resume by the last position.',
  accessChanged:
    'What this user may see or do has changed. Come back at once and resume by the last position; the server then judges the subscriptions anew.',
  authTimeout: 'The first message, with the token, did not arrive in time.',
};

/** Every close code of a WebSocket that is the protocol's own. */
export const closeCodes: GeneratedTable = () =>
  table(
    ['Code', 'Come back', 'Why'],
    Object.entries(CLOSE_REASONS).map(([name, why]) => {
      const code = CLOSE_CODES[name as keyof typeof CLOSE_CODES];
      return [String(code), FATAL_CLOSE_CODES.includes(code) ? 'no' : 'yes', why];
    }),
  );

/** What the overview may warn of. */
export const warnings: GeneratedTable = () =>
  table(
    ['Code', 'Given when'],
    Object.entries(OVERVIEW_WARNINGS).map(([code, when]) => [`\`${code}\``, when]),
  );
