import type { UserActionType } from '@rollcall/client/server';
import { useQuery } from '@tanstack/react-query';
import { SuggestInput } from '../frame/suggest-input.js';
import { useClient } from '../session/use-session.js';
import { settingsQuery } from '../settings/settings-query.js';
import { NativeSelect, TextInput } from '../theme/text-field.js';
import { BAN_DURATIONS } from '../user/ban-options.js';
import classes from './action-dialog.module.css';
import type { ActionDraft } from './action-draft.js';
import type { ActionTarget } from './action-target.js';
import { DeletionFields } from './deletion-fields.js';

interface ActionFieldsProps {
  type: UserActionType;
  target: ActionTarget;
  draft: ActionDraft;
  onChange(changes: Partial<ActionDraft>): void;
}

/** What an action still needs to know, and what it does. */
export function ActionFields({ type, target, draft, onChange }: ActionFieldsProps) {
  const check = (key: 'shadow' | 'messagesToo' | 'unset', label: string) => (
    <label className={classes.check}>
      <input
        type="checkbox"
        checked={draft[key]}
        onChange={event => onChange({ [key]: event.target.checked })}
      />
      {label}
    </label>
  );
  switch (type) {
    case 'ban':
      return (
        <>
          <TextInput
            label="Reason"
            value={draft.reason}
            autoFocus
            onChange={event => onChange({ reason: event.target.value })}
          />
          <NativeSelect
            label="For"
            value={draft.minutes}
            data={BAN_DURATIONS}
            onChange={event => onChange({ minutes: event.target.value })}
          />
          {check('shadow', 'Shadow ban: they are not told, and nobody else sees what they write.')}
        </>
      );
    case 'unban':
      return check('shadow', 'The shadow ban, not the open one');
    case 'deactivate':
      return (
        <>
          <p>They cannot connect or call anything until they are reactivated. Their connections close.</p>
          {check('messagesToo', 'Hide their messages, too')}
        </>
      );
    case 'reactivate':
      return (
        <>
          <p>They can connect and call again.</p>
          {!target.options.include_deactivated_users && (
            <p className={classes.warning}>
              This list leaves out those who are deactivated. Show them under Columns first.
            </p>
          )}
          {check('messagesToo', 'Bring back the messages that their deactivation hid')}
        </>
      );
    case 'set':
      return (
        <>
          <FieldInput value={draft.field} onChange={field => onChange({ field })} />
          {!draft.unset && (
            <TextInput
              label="Value"
              description="A list has commas between. Of custom data, 18 is a number and &quot;18&quot; a text."
              value={draft.value}
              onChange={event => onChange({ value: event.target.value })}
            />
          )}
          {check('unset', 'Take the field away instead')}
        </>
      );
    case 'delete':
      return <DeletionFields draft={draft} onChange={onChange} />;
    case 'revoke_tokens':
      return <p>Tokens from before now are refused, and connections that were opened with them close.</p>;
    case 'export':
      return (
        <p>
          The server writes a file with everything that is stored about them: messages, calls, devices and the
          rest. It keeps the file for 24 hours.
        </p>
      );
  }
}

const USUAL = ['role', 'teams', 'name', 'language', 'invisible'];

/** The field that is set: a built-in one, or a path into custom data, of which those with an index are offered. */
function FieldInput({ value, onChange }: { value: string; onChange(value: string): void }) {
  const { data: settings } = useQuery(settingsQuery(useClient()));
  const suggestions = [...(settings?.indexed_custom_fields ?? []), ...USUAL];
  return <SuggestInput label="Field" first value={value} suggestions={suggestions} onChange={onChange} />;
}
