import { NativeSelect, TextInput } from '../theme/text-field.js';
import { DELETION_CHOICES, type DeletionDraft, withRules } from './deletion-rules.js';

interface DeletionFieldsProps {
  draft: DeletionDraft;
  onChange(changes: Partial<DeletionDraft>): void;
}

type Kind = keyof typeof DELETION_CHOICES;

const KINDS = Object.keys(DELETION_CHOICES) as Kind[];

/** How far a deletion goes for each kind of thing. What has to go together is chosen together, and it says why. */
export function DeletionFields({ draft, onChange }: DeletionFieldsProps) {
  const ruled = withRules(draft);
  const erased = draft.user === 'hard';
  return (
    <>
      {KINDS.map(kind => {
        const { label, modes } = DELETION_CHOICES[kind];
        const bound = erased && (kind === 'messages' || kind === 'conversations');
        return (
          <NativeSelect
            key={kind}
            label={label}
            value={ruled[kind]}
            disabled={bound}
            description={bound ? 'Nothing may name somebody who is erased, so these go, too.' : undefined}
            data={Object.entries(modes).map(([value, words]) => ({ value, label: words }))}
            onChange={event => onChange({ [kind]: event.target.value })}
          />
        );
      })}
      {erased && (
        <TextInput
          label="Id of the new owner of their channels"
          description="Without one, a user of the system owns them. It must not be one of those who are erased."
          value={draft.owner}
          autoComplete="off"
          spellCheck={false}
          onChange={event => onChange({ owner: event.target.value })}
        />
      )}
    </>
  );
}
