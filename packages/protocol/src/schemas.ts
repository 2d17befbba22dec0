export { watchEventsSchema } from './events/watch-events-schema.js';
export {
  cursorSchema,
  type ParsedQueryUsersOptions,
  queryUsersOptionsSchema,
} from './queries/query-options-schema.js';
export { appSettingsUpdateSchema } from './settings/app-settings-schema.js';
export { listTasksOptionsSchema, taskIdSchema } from './tasks/task-schema.js';
export { type PartialWrite, parsePartialUpdate, type Target } from './users/parse-partial-update.js';
export { type Parsed, parseUserInput, type UserWrite } from './users/parse-user-input.js';
export {
  type FieldValues,
  isWritableField,
  roleNameSchema,
  timeSchema,
  userFieldSchemas,
  userIdSchema,
  type WritableField,
} from './users/user-fields-schema.js';
