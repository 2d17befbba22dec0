import type { ActionPreview, ActOnUsersOptions, BudgetLimits, Filter, UserAction } from '@rollcall/protocol';
import {
  actOnUsersOptionsSchema,
  type ParsedActOnUsersOptions,
  type ParsedUserAction,
  userActionSchema,
} from '@rollcall/protocol/schemas';
import { z } from 'zod';
import { ONCE_WITHIN } from './keyed-call.js';
import { lifeCycleActor } from './life-cycle.js';
import { serverQueryProcedure } from './trpc.js';
import { userFor } from './view.js';

/** What `users.act` and `users.previewAct` take. */
export interface ActionInput<Action, Options> {
  filter: Filter;
  action: Action;
  options?: Options;
}

const actionInput = z.strictObject({
  filter: z.custom<Filter>(value => value !== undefined, 'is required; {} means all users'),
  action: userActionSchema,
  options: actOnUsersOptionsSchema.optional(),
}) as unknown as z.ZodType<
  ActionInput<ParsedUserAction, ParsedActOnUsersOptions>,
  ActionInput<UserAction, ActOnUsersOptions>
>;

/** One thing that is done to all users who match a filter (docs/contract/life-cycle.md), a part of the noun `users`. */
export const actionProcedures = {
  /**
   * Does one thing to all users who match a filter, as a task: to those who match now, and still do when it is their turn.
   * Server only. @throws `REVISION_CONFLICT` when another number matches than was expected
   */
  act: serverQueryProcedure
    .meta(ONCE_WITHIN)
    .input(actionInput)
    .mutation(async ({ ctx: { directory, actor, budget, once }, input }): Promise<{ task_id: string }> => {
      const options = input.options ?? actOnUsersOptionsSchema.parse({});
      const by = await lifeCycleActor(directory, actor, options.created_by_id);
      const { limits } = budget;
      const asked = { rights: rightsOf(limits), limits, once };
      return directory.actions.act(by, { ...input, options }, asked);
    }),

  /** Says how many users `act` would concern, and shows some of them. It changes nothing. Server only. */
  previewAct: serverQueryProcedure
    .input(actionInput)
    .query(async ({ ctx: { directory, actor, budget }, input }): Promise<ActionPreview> => {
      const options = input.options ?? actOnUsersOptionsSchema.parse({});
      await lifeCycleActor(directory, actor, options.created_by_id);
      const { limits } = budget;
      const { preview, sample } = await directory.actions.preview(
        { ...input, options },
        { rights: rightsOf(limits), limits },
      );
      return { ...preview, sample: sample.map(row => userFor({ kind: 'server', actor }, row)) };
    }),
};

function rightsOf({ filterValues }: Pick<BudgetLimits, 'filterValues'>) {
  return { server: true, maxFilterValues: filterValues } as const;
}
