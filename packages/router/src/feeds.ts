import type { ActivityPage, FeedReader } from '@rollcall/core';
import type {
  Activity,
  AddActivityInput,
  QueryActivitiesAnswer,
  QueryActivitiesInput,
  RemoveActivityInput,
} from '@rollcall/protocol';
import {
  addActivitySchema,
  type ParsedAddActivity,
  type ParsedQueryActivities,
  queryActivitiesSchema,
  removeActivitySchema,
} from '@rollcall/protocol/schemas';
import type { z } from 'zod';
import { actingUserId, type Caller, requireGrant, viewerOf } from './caller.js';
import { callerProcedure, queryProcedure, router } from './trpc.js';
import { tenantOfCaller, userFor } from './view.js';

export const feedsRouter = router({
  /**
   * Adds an activity. For an id that the same actor has used, it answers with what is stored. Needs the grant
   * `add-activity`. @throws `INPUT_INVALID` for an id that is taken; `USER_BANNED` and similar errors for the actor.
   */
  addActivity: callerProcedure
    .input(addActivitySchema as z.ZodType<ParsedAddActivity, AddActivityInput>)
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<{ activity: Activity }> => {
      requireGrant(caller, 'add-activity');
      const user_id = actingUserId(caller, input.user_id);
      return onlyActivity(caller, await directory.feeds.addActivity({ ...input, user_id }));
    }),

  /**
   * Removes an activity, for its actor or a back end.
   * @throws `NOT_FOUND`, `USER_BANNED`, `NOT_ALLOWED` for the activity of another user whom the caller sees
   */
  removeActivity: callerProcedure
    .input(removeActivitySchema as z.ZodType<RemoveActivityInput, RemoveActivityInput>)
    .mutation(
      async ({ ctx: { caller, directory }, input }): Promise<{ activity: Activity }> =>
        onlyActivity(caller, await directory.feeds.removeActivity(viewerOf(caller), input.id)),
    ),

  /**
   * One page of activities, newest first; with several tenants, of those whom the caller sees. Needs the grant
   * `read-activities`. @throws `CURSOR_INVALID`
   */
  queryActivities: queryProcedure
    .input(queryActivitiesSchema as z.ZodType<ParsedQueryActivities, QueryActivitiesInput>)
    .query(async ({ ctx: { caller, directory, budget }, input }): Promise<QueryActivitiesAnswer> => {
      requireGrant(caller, 'read-activities');
      const page = await directory.feeds.queryActivities(readerOf(caller), input, budget.limits);
      return {
        activities: activitiesFor(caller, page),
        ...(page.next !== undefined && { next: page.next }),
      };
    }),
});

/** Whose activities a caller sees: those whom it sees. */
function readerOf(caller: Caller): FeedReader {
  return { tenant: tenantOfCaller(caller), ...(caller.kind === 'user' && { userId: caller.userId }) };
}

function onlyActivity(caller: Caller, page: ActivityPage): { activity: Activity } {
  const [activity] = activitiesFor(caller, page);
  if (!activity) throw new Error('core answered without the activity');
  return { activity };
}

/** Activities with their actors as the caller may see them. */
function activitiesFor(caller: Caller, { activities, users }: ActivityPage): Activity[] {
  return activities.flatMap(({ pruned: _pruned, deleted_with: _deletedWith, ...row }) => {
    const actor = users.get(row.actor_id);
    // Only pruned activities have no verb and no object, and those are shown to nobody.
    if (!actor || row.verb === undefined || row.object === undefined) return [];
    return [{ ...row, verb: row.verb, object: row.object, actor: userFor(caller, actor) }];
  });
}
