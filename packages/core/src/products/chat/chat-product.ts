import type { DeletionContext, Product, SweepContext } from '../product.js';
import { bringBackMessages, hideMessages, pruneMessages, removeMessagesOfUser } from './cascade-messages.js';
import { bringBackPairs, hidePairs, removePairs } from './cascade-pairs.js';
import { runSteps, type SweepStep } from './cascade-step.js';
import { countContent } from './count-content.js';
import { forgetUserSteps } from './erase-user.js';
import { exportContent } from './export-content.js';

/**
 * Chat, as the life cycle of users sees it. It counts `messages`, `reactions` and `flags`, `channels` (1:1 channels that
 * were deleted or came back), `memberships`, and `ownerships` (channels that got another owner).
 */
export const chatProduct: Product = {
  name: 'chat',
  ofMessages: ['messages', 'reactions', 'flags'],
  deactivate: context => runSteps(context.limit, [hideMessages(context, 'deactivation')]),
  reactivate: context => runSteps(context.limit, [bringBackMessages(context, 'deactivation')]),
  restore: (context: SweepContext) =>
    runSteps(context.limit, [bringBackPairs(context), bringBackMessages(context, 'deletion')]),
  delete: context => runSteps(context.limit, deletionSteps(context)),
  export: exportContent,
  count: countContent,
};

/** 1:1 channels come first: what is removed with them is not counted again with the messages of the user. */
function deletionSteps(context: DeletionContext): SweepStep[] {
  const { modes, forgetUser } = context;
  const steps: SweepStep[] = [];
  if (modes.conversations === 'soft') steps.push(hidePairs(context));
  if (modes.conversations === 'hard') steps.push(removePairs(context));
  if (modes.messages === 'soft') steps.push(hideMessages(context, 'deletion'));
  if (modes.messages === 'pruning') steps.push(pruneMessages(context));
  if (modes.messages === 'hard') steps.push(removeMessagesOfUser(context));
  if (forgetUser) steps.push(...forgetUserSteps(context));
  return steps;
}
