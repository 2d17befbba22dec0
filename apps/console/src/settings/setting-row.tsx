import type { AppSettings, JsonValue } from '@rollcall/client/server';
import { APP_SETTINGS } from '@rollcall/client/tables';
import { useState } from 'react';
import { Words } from '../frame/words.js';
import { useWriteRefusal } from '../session/use-session.js';
import { SettingForm } from './setting-form.js';
import { type EditedSetting, SETTING_KINDS } from './setting-kinds.js';
import classes from './setting-row.module.css';
import { isChanged } from './settings-code.js';

interface SettingRowProps {
  name: EditedSetting;
  settings: AppSettings;
  /** The address names it. */
  isAt: boolean;
}

/** One setting: what it does, and its value, which is edited where it stands. */
export function SettingRow({ name, settings, isAt }: SettingRowProps) {
  const refusal = useWriteRefusal();
  const [seen, setSeen] = useState<{ value: JsonValue }>();
  const kind = SETTING_KINDS[name];
  const rule = APP_SETTINGS[name];
  const value = settings[name] as JsonValue;
  const words = kind.words(value);
  const changed = isChanged(settings, name);
  return (
    <div className={classes.setting} data-at={isAt} data-setting={name}>
      <div className={classes.heading}>
        <h3>{kind.title}</h3>
        <code>{name}</code>
        {changed && (
          <span className={classes.changed}>changed; default: {kind.words(rule.default as JsonValue)}</span>
        )}
      </div>
      <p className={classes.does}>
        <Words text={rule.does} />
      </p>
      {seen ? (
        <SettingForm name={name} seen={seen.value} onEnd={() => setSeen(undefined)} />
      ) : (
        <button
          type="button"
          data-edit
          className={classes.value}
          title={refusal ?? 'Edit'}
          aria-label={`${kind.title}: ${words}. Edit`}
          disabled={refusal !== undefined}
          onClick={() => setSeen({ value })}
        >
          {words}
        </button>
      )}
    </div>
  );
}
