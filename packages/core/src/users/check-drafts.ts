import { type AppSettings, customSizeProblem, type Issue } from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { checkRoles } from './check-roles.js';
import { checkUsernames } from './check-usernames.js';
import type { UserDraft } from './model/user-draft.js';

/** Everything that the stored data and the settings have against a batch of changes. */
export async function draftIssues(
  transaction: WriteTransaction,
  settings: AppSettings,
  drafts: readonly UserDraft[],
): Promise<Issue[]> {
  return [
    ...sizeIssues(settings, drafts),
    ...(await checkRoles(transaction, drafts)),
    ...(await checkUsernames(transaction, settings.enforce_unique_usernames, drafts)),
  ];
}

/** Only custom data that changes is measured: a limit that was lowered does not lock users who are over it. */
function sizeIssues(settings: AppSettings, drafts: readonly UserDraft[]): Issue[] {
  return drafts.flatMap(({ index, before, after }): Issue[] => {
    if (before && JSON.stringify(before.custom) === JSON.stringify(after.custom)) return [];
    const problem = customSizeProblem(after.custom, settings.max_custom_bytes);
    return problem
      ? [{ code: 'INPUT_INVALID', index, ...problem, message: `custom: ${problem.message}` }]
      : [];
  });
}
