import { TypesMenu } from '../events/types-menu.js';
import { TextInput } from '../theme/text-field.js';
import type { WebhookDraft } from './webhook-draft.js';
import classes from './webhook-form.module.css';

interface WebhookFieldsProps {
  draft: WebhookDraft;
  onChange(changes: Partial<WebhookDraft>): void;
}

/** What a webhook is made of: where to, and what it receives. */
export function WebhookFields({ draft, onChange }: WebhookFieldsProps) {
  return (
    <>
      <TextInput
        label="Where to"
        description="An http or https URL. Requests go to the internet only, unless the server allows an address."
        placeholder="https://shop.example.com/hooks"
        autoComplete="off"
        spellCheck={false}
        value={draft.url}
        onChange={event => onChange({ url: event.target.value })}
      />
      <TextInput
        label="What it is for"
        maxLength={255}
        autoComplete="off"
        value={draft.description}
        onChange={event => onChange({ description: event.target.value })}
      />
      <div className={classes.field}>
        <span>Receives</span>
        <TypesMenu types={draft.types} onChange={types => onChange({ types })} />
      </div>
      <label className={classes.field}>
        <span>Only about users who match</span>
        <textarea
          className={classes.text}
          rows={3}
          spellCheck={false}
          placeholder='{ "role": "admin" }'
          value={draft.filter}
          onChange={event => onChange({ filter: event.target.value })}
        />
      </label>
      <TextInput
        label="At most so many requests a second"
        inputMode="numeric"
        placeholder="as many as it answers"
        autoComplete="off"
        value={draft.rate}
        onChange={event => onChange({ rate: event.target.value })}
      />
    </>
  );
}
