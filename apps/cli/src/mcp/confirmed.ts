import { z } from 'zod';
import type { ToolCall } from './tool.js';

/** The part of an input that confirms what a preview has shown. */
export const CONFIRMATION_SHAPE = {
  confirmation: z
    .string()
    .max(100)
    .optional()
    .describe(
      'Leave it out in the first call. Then give back the confirmation of the preview, with the same input.',
    ),
};

/** What a tool would do, before it does it. */
interface Preview {
  /** How many users it would change. */
  count: number;
  /** Some of them. */
  sample: readonly { id: string }[];
}

/**
 * Does something only after a preview of exactly this was confirmed. Without a confirmation, or with one of another input or
 * another number of users, it answers with the preview as it is now, and changes nothing.
 */
export async function onceConfirmed<Seen extends Preview>(
  { confirmations, signal }: ToolCall,
  asked: {
    tool: string;
    input: { confirmation?: string | undefined };
    preview: Seen;
    act(): Promise<object>;
  },
): Promise<object> {
  const { confirmation, ...input } = asked.input;
  const { count, sample } = asked.preview;
  const shown = { tool: asked.tool, input, count, sample: sample.map(({ id }) => id) };
  // An agent that has cancelled the call, or has gone, while the preview was made does not want it any more.
  signal.throwIfAborted();
  if (confirmation !== undefined && count > 0 && confirmations.take(confirmation, shown)) return asked.act();
  const preview = { changed: false, preview: asked.preview };
  if (count === 0) return { ...preview, next_step: 'No user would change, so there is nothing to confirm.' };
  return {
    ...preview,
    ...(confirmation !== undefined && {
      refused:
        'This confirmation is not for this: it was used, is older than ten minutes, or the input or the users have changed since.',
    }),
    confirmation: confirmations.offer(shown),
    next_step:
      'Nothing was changed. Show the count to the person for whom you work. If they want it, call again with the same input and this confirmation.',
  };
}
