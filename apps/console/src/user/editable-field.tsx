import type { JsonValue, User } from '@rollcall/client/server';
import { type KeyboardEvent, useState } from 'react';
import { useWriteRefusal } from '../session/use-session.js';
import { ChangedMeanwhile } from './changed-meanwhile.js';
import classes from './editable-field.module.css';
import { EditConflict, useSaveUser } from './use-save-user.js';

interface EditableFieldProps {
  user: User;
  field: keyof User;
  label: string;
  print(value: unknown): string;
  /** The value of a text; undefined takes the field away. */
  read(text: string): JsonValue | undefined;
  choices?: string[];
}

/** A field that is edited where it stands: a click, Enter saves, Escape leaves it. What others did meanwhile is shown first. */
export function EditableField({ user, field, label, print, read, choices }: EditableFieldProps) {
  const refusal = useWriteRefusal();
  const [editing, setEditing] = useState<{ seen: User; text: string }>();
  const save = useSaveUser();
  const partOf = (one: User) => one[field];
  const begin = (seen: User, text = print(seen[field])) => setEditing({ seen, text });
  const end = () => {
    setEditing(undefined);
    save.reset();
  };
  const submit = (seen: User, text: string) => {
    const value = read(text.trim());
    if (JSON.stringify(value) === JSON.stringify(seen[field])) return end();
    const change = value === undefined ? { unset: [field] } : { set: { [field]: value } };
    save.mutate({ seen, ...change, partOf }, { onSuccess: end });
  };
  const shown = print(user[field]);

  if (editing === undefined) {
    return (
      <>
        <dt>{label}</dt>
        <dd>
          <button
            type="button"
            className={classes.value}
            title={refusal ?? 'Edit'}
            aria-label={`${label}: ${shown || 'not set'}. Edit`}
            disabled={refusal !== undefined || user.deleted_at !== undefined}
            onClick={() => begin(user)}
          >
            {shown || <span className={classes.absent}>not set</span>}
          </button>
        </dd>
      </>
    );
  }
  const { error } = save;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') end();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const control = {
    'aria-label': label,
    className: classes.input,
    value: editing.text,
    onKeyDown,
    autoFocus: true,
    onChange: (event: { target: { value: string } }) => setEditing({ ...editing, text: event.target.value }),
  };
  return (
    <>
      <dt>{label}</dt>
      <dd>
        <form
          onSubmit={event => {
            event.preventDefault();
            submit(editing.seen, editing.text);
          }}
        >
          <div className={classes.line}>
            {choices ? (
              <select {...control}>
                {choices.map(choice => (
                  <option key={choice}>{choice}</option>
                ))}
              </select>
            ) : (
              <input {...control} />
            )}
            <button type="submit" className={classes.small} disabled={save.isPending}>
              Save
            </button>
            <button type="button" className={classes.small} onClick={end}>
              Cancel
            </button>
          </div>
          {error instanceof EditConflict ? (
            <div role="alert" className={classes.conflict}>
              <p>
                <ChangedMeanwhile by={error.by} />
              </p>
              <button type="button" className={classes.small} onClick={end}>
                Keep theirs: {print(error.theirs[field]) || 'not set'}
              </button>
              <button
                type="button"
                className={classes.small}
                onClick={() => {
                  begin(error.theirs, editing.text);
                  submit(error.theirs, editing.text);
                }}
              >
                Save yours: {editing.text || 'not set'}
              </button>
            </div>
          ) : (
            error && (
              <p role="alert" className={classes.error}>
                {error.message}
              </p>
            )
          )}
        </form>
      </dd>
    </>
  );
}
