import type { UserHistoryAnswer, UserHistoryInput } from '@rollcall/protocol';
import { type ParsedUserHistory, userHistorySchema } from '@rollcall/protocol/schemas';
import type { z } from 'zod';
import { serverProcedure } from './trpc.js';

/** The audit trail, spread into the users' router. */
export const historyProcedures = {
  /**
   * What the event log tells of a user, newest first: who changed what and when; with `by`, also what the user did.
   * Server only. @throws `USER_NOT_FOUND`, `CURSOR_INVALID`
   */
  history: serverProcedure
    .input(userHistorySchema as z.ZodType<ParsedUserHistory, UserHistoryInput>)
    .query(({ ctx, input }): Promise<UserHistoryAnswer> => ctx.directory.history.query(input)),
};
