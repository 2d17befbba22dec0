import { z } from 'zod';
import { userIdsSchema } from '../users/life-cycle-schema.js';
import { timeSchema } from '../users/user-fields-schema.js';

/** What `tokens.revoke` takes; the time comes out as epoch milliseconds. */
export const revokeTokensSchema = z.strictObject({
  ids: userIdsSchema().optional(),
  before: timeSchema.nullable(),
});
