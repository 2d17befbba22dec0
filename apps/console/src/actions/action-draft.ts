import type { ActionOf, JsonObject, JsonValue, UserActionType } from '@rollcall/client/server';
import { readValue, ValueProblem } from '../filters/chip-value.js';
import { kindOfField } from '../filters/fields.js';
import { type DeletionDraft, deletionOf } from './deletion-rules.js';

/** An action on users with custom data of any kind. */
export type AnyAction = ActionOf<JsonObject>;

/** What has been typed and chosen for an action so far. */
export interface ActionDraft extends DeletionDraft {
  reason: string;
  minutes: string;
  shadow: boolean;
  messagesToo: boolean;
  field: string;
  value: string;
  unset: boolean;
}

/** Before anything is chosen. */
export const NEW_DRAFT: ActionDraft = {
  reason: '',
  minutes: '',
  shadow: false,
  messagesToo: false,
  field: '',
  value: '',
  unset: false,
  user: 'soft',
  messages: '',
  conversations: '',
  calls: '',
  owner: '',
};

/** The action that a draft is, or what it still lacks. */
export function actionOf(type: UserActionType, draft: ActionDraft): AnyAction | { problem: string } {
  const { reason, minutes, shadow, messagesToo } = draft;
  switch (type) {
    case 'ban':
      return {
        type,
        ...(reason.trim() !== '' && { reason: reason.trim() }),
        ...(minutes !== '' && { timeout: Number(minutes) }),
        ...(shadow && { shadow }),
      };
    case 'unban':
      return { type, ...(shadow && { shadow }) };
    case 'deactivate':
      return { type, ...(messagesToo && { mark_messages_deleted: true }) };
    case 'reactivate':
      return { type, ...(messagesToo && { restore_messages: true }) };
    case 'set':
      return settingOf(draft);
    case 'delete':
      return deletionOf(draft);
    case 'revoke_tokens':
    case 'export':
      return { type };
  }
}

function settingOf({ field, value, unset }: ActionDraft): AnyAction | { problem: string } {
  const path = field.trim();
  if (path === '') return { problem: 'Name the field.' };
  if (unset) return { type: 'set', unset: [path] };
  try {
    const read: JsonValue = readValue(path, kindOfField(path) === 'list' ? '$in' : '$eq', value);
    return { type: 'set', set: { [path]: read } };
  } catch (error) {
    if (error instanceof ValueProblem) return { problem: error.message };
    throw error;
  }
}

/** What the server looks at before anything is done: a reason is no matter of whom and whether. */
export function askedOf(action: AnyAction): AnyAction {
  if (action.type !== 'ban') return action;
  const { reason: _reason, ...asked } = action;
  return asked;
}
