import type {
  CreateWebhookAnswer,
  CreateWebhookInput,
  ListWebhookDeliveriesAnswer,
  ListWebhookDeliveriesInput,
  ReplayWebhookInput,
  RotateWebhookSecretAnswer,
  UpdateWebhookInput,
  WebhookDelivery,
  WebhookEndpoint,
} from '@rollcall/protocol';
import {
  createWebhookSchema,
  listWebhookDeliveriesSchema,
  oneDeliverySchema,
  oneWebhookSchema,
  type ParsedCreateWebhook,
  type ParsedListWebhookDeliveries,
  type ParsedUpdateWebhook,
  replayWebhookSchema,
  updateWebhookSchema,
} from '@rollcall/protocol/schemas';
import type { z } from 'zod';
import { EFFECT_ELSEWHERE, SECRET_ANSWER } from './keyed-call.js';
import { router, serverProcedure, serverQueryProcedure } from './trpc.js';

export const webhooksRouter = router({
  /** All webhooks, oldest first, without their secrets. Server only. */
  list: serverProcedure.query(
    async ({ ctx }): Promise<{ webhooks: WebhookEndpoint[] }> => ({
      webhooks: await ctx.directory.webhooks.list(),
    }),
  ),

  /** One webhook. Server only. @throws `NOT_FOUND` */
  get: serverProcedure
    .input(oneWebhookSchema)
    .query(({ ctx, input }): Promise<WebhookEndpoint> => ctx.directory.webhooks.get(input.id)),

  /**
   * Makes a webhook, which receives events from now on, and answers with its secret, this once. Server only.
   * @throws `INPUT_INVALID`
   */
  create: serverProcedure
    .meta(SECRET_ANSWER)
    .input(createWebhookSchema as unknown as z.ZodType<ParsedCreateWebhook, CreateWebhookInput>)
    .mutation(({ ctx, input }): Promise<CreateWebhookAnswer> => ctx.directory.webhooks.create(input)),

  /** Changes what is given of a webhook; null takes away. Server only. @throws `NOT_FOUND`, `REVISION_CONFLICT` */
  update: serverProcedure
    .input(updateWebhookSchema as unknown as z.ZodType<ParsedUpdateWebhook, UpdateWebhookInput>)
    .mutation(({ ctx, input }): Promise<WebhookEndpoint> => ctx.directory.webhooks.update(input)),

  /** Deletes a webhook, with its deliveries. Server only. @throws `NOT_FOUND` */
  delete: serverProcedure
    .input(oneWebhookSchema)
    .mutation(async ({ ctx, input }): Promise<Record<string, never>> => {
      await ctx.directory.webhooks.delete(input.id);
      return {};
    }),

  /** Gives a webhook a new secret. The one before signs for another day. Server only. @throws `NOT_FOUND` */
  rotateSecret: serverProcedure
    .meta(SECRET_ANSWER)
    .input(oneWebhookSchema)
    .mutation(
      ({ ctx, input }): Promise<RotateWebhookSecretAnswer> => ctx.directory.webhooks.rotateSecret(input.id),
    ),

  /** Sends a webhook nothing more. It keeps its place in the log. Server only. @throws `NOT_FOUND` */
  disable: serverProcedure
    .input(oneWebhookSchema)
    .mutation(
      ({ ctx, input }): Promise<WebhookEndpoint> => ctx.directory.webhooks.disable(ctx.actor, input.id),
    ),

  /** Goes on where a webhook stopped, as far as the log is kept. Server only. @throws `NOT_FOUND` */
  enable: serverProcedure
    .input(oneWebhookSchema)
    .mutation(
      ({ ctx, input }): Promise<WebhookEndpoint> => ctx.directory.webhooks.enable(ctx.actor, input.id),
    ),

  /** Sends a webhook a signed `webhook.test` at once, and answers with what came of it. Server only. @throws `NOT_FOUND` */
  test: serverProcedure
    .meta(EFFECT_ELSEWHERE)
    .input(oneWebhookSchema)
    .mutation(({ ctx, input }): Promise<WebhookDelivery> => ctx.directory.webhooks.test(input.id)),

  /** One page of the deliveries of a webhook, newest first. Server only. @throws `NOT_FOUND`, `CURSOR_INVALID` */
  listDeliveries: serverQueryProcedure
    .input(
      listWebhookDeliveriesSchema as unknown as z.ZodType<
        ParsedListWebhookDeliveries,
        ListWebhookDeliveriesInput
      >,
    )
    .query(
      ({ ctx, input }): Promise<ListWebhookDeliveriesAnswer> =>
        ctx.directory.webhooks.listDeliveries(input, ctx.budget.limits),
    ),

  /** Tries a delivery once more, now, whatever became of it. Server only. @throws `NOT_FOUND`, `INPUT_INVALID` */
  retryDelivery: serverProcedure
    .input(oneDeliverySchema)
    .mutation(
      ({ ctx, input }): Promise<WebhookDelivery> => ctx.directory.webhooks.retryDelivery(input.delivery_id),
    ),

  /** Sends everything after a position of the log again. Server only. @throws `NOT_FOUND`, `INPUT_INVALID` */
  replay: serverProcedure
    .input(replayWebhookSchema as unknown as z.ZodType<ReplayWebhookInput, ReplayWebhookInput>)
    .mutation(({ ctx, input }): Promise<WebhookEndpoint> => ctx.directory.webhooks.replay(input)),
});
