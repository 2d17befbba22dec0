import type { JsonValue } from '@rollcall/client/server';
import { APP_SETTINGS } from '@rollcall/client/tables';
import { type KeyboardEvent, useState } from 'react';
import { say } from '../frame/notices.js';
import { Words } from '../frame/words.js';
import classes from './setting-form.module.css';
import { type EditedSetting, SETTING_KINDS } from './setting-kinds.js';
import { SettingConflict, useSaveSetting } from './use-save-setting.js';

interface SettingFormProps {
  name: EditedSetting;
  /** The value when the editing began. */
  seen: JsonValue;
  onEnd(): void;
}

/** Edits one setting: says what the change brings along, saves at Enter, leaves at Escape. It has an error of its own. */
export function SettingForm({ name, seen, onEnd }: SettingFormProps) {
  const kind = SETTING_KINDS[name];
  const { default: byDefault, cost } = APP_SETTINGS[name];
  const [text, setText] = useState(kind.print(seen));
  const [mistake, setMistake] = useState<string>();
  const save = useSaveSetting();
  const submit = (basis: JsonValue) => {
    let value: JsonValue;
    try {
      value = kind.read(text.trim());
    } catch (error) {
      return setMistake((error as Error).message);
    }
    setMistake(undefined);
    if (JSON.stringify(value) === JSON.stringify(basis)) return onEnd();
    const onSuccess = () => {
      say(`Saved: ${kind.title}. It holds on every process.`);
      onEnd();
    };
    save.mutate({ name, seen: basis, value }, { onSuccess });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    onEnd();
  };
  const error = mistake ?? save.error?.message;
  const control = {
    'aria-label': kind.title,
    'aria-describedby': `${name}-cost`,
    'aria-invalid': error !== undefined,
    className: classes.input,
    autoFocus: true,
    value: text,
    onKeyDown,
    onChange: (event: { target: { value: string } }) => setText(event.target.value),
  };
  const conflict = save.error instanceof SettingConflict ? save.error : undefined;
  const fallback = kind.print(byDefault as JsonValue);
  return (
    <form
      className={classes.form}
      onSubmit={event => {
        event.preventDefault();
        submit(conflict?.theirs ?? seen);
      }}
    >
      <div className={classes.line}>
        {kind.choices ? (
          <select {...control}>
            {kind.choices.map(choice => (
              <option key={choice.text} value={choice.text}>
                {choice.words}
              </option>
            ))}
          </select>
        ) : (
          <input {...control} autoComplete="off" spellCheck={false} />
        )}
        <button type="submit" className={classes.small} disabled={save.isPending}>
          {save.isPending ? (name === 'indexed_custom_fields' ? 'Making the indexes…' : 'Saving…') : 'Save'}
        </button>
        <button type="button" className={classes.small} onClick={onEnd}>
          Cancel
        </button>
        {text !== fallback && (
          <button type="button" className={classes.small} onClick={() => setText(fallback)}>
            Default
          </button>
        )}
      </div>
      <p id={`${name}-cost`} className={classes.cost} data-erases={kind.erases ?? false}>
        {kind.hint && `${kind.hint} `}
        {cost && <Words text={cost} />}
      </p>
      {conflict ? (
        <div role="alert" className={classes.conflict}>
          <p>Somebody else has changed this meanwhile.</p>
          <button type="button" className={classes.small} onClick={onEnd}>
            Keep theirs: {kind.words(conflict.theirs)}
          </button>
          <button type="button" className={classes.small} onClick={() => submit(conflict.theirs)}>
            Save yours
          </button>
        </div>
      ) : (
        error !== undefined && (
          <p role="alert" className={classes.error}>
            {error}
          </p>
        )
      )}
    </form>
  );
}
