import type { CreateWebhookInput, RollcallError, WebhookEndpoint } from '@rollcall/client/server';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useClient } from '../session/use-session.js';
import { type ChangedField, changesOf, movedFields } from '../webhooks/webhook-draft.js';

/** What a webhook is to be, from somebody who had one state of it before their eyes. */
export interface WebhookEdit {
  seen: WebhookEndpoint;
  wanted: CreateWebhookInput;
}

/** Somebody else has changed the same, meanwhile. */
export class WebhookConflict extends Error {
  constructor(
    readonly theirs: WebhookEndpoint,
    readonly fields: readonly ChangedField[],
  ) {
    super('Somebody else has changed this meanwhile.');
  }
}

/**
 * Saves a change of a webhook unless somebody else has changed the same meanwhile. A change of something else, such as a replay,
 * is no conflict: this one is saved on top.
 */
export function useSaveWebhook() {
  const client = useClient();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ seen, wanted }: WebhookEdit): Promise<WebhookEndpoint> => {
      const changes = changesOf(seen, wanted);
      if (Object.keys(changes).length === 0) return seen;
      const save = (if_revision: number) => client.updateWebhook(seen.id, { ...changes, if_revision });
      try {
        return await save(seen.revision);
      } catch (error) {
        if ((error as RollcallError).code !== 'REVISION_CONFLICT') throw error;
      }
      const theirs = await client.getWebhook(seen.id);
      const fields = movedFields(seen, theirs, changes);
      if (fields.length > 0) throw new WebhookConflict(theirs, fields);
      return save(theirs.revision);
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ['webhooks'] }),
  });
}
