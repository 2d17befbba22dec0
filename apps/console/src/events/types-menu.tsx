import { Popover } from '../frame/popover.js';
import { type KeptType, TYPE_GROUPS } from './event-types.js';
import classes from './types-menu.module.css';

interface TypesMenuProps {
  types: readonly KeptType[];
  onChange(types: readonly KeptType[]): void;
}

/** Which types of events are shown: all, or those that are ticked. */
export function TypesMenu({ types, onChange }: TypesMenuProps) {
  const [first] = types;
  const label = first === undefined ? 'every type' : types.length === 1 ? first : `${types.length} types`;
  const toggle = (type: KeptType) =>
    onChange(types.includes(type) ? types.filter(one => one !== type) : [...types, type]);
  return (
    <Popover button={`${label} ▾`} label="Types of events">
      {() => (
        <div className={classes.menu}>
          <button
            type="button"
            className={classes.all}
            disabled={first === undefined}
            onClick={() => onChange([])}
          >
            Every type
          </button>
          {TYPE_GROUPS.map(([group, all]) => (
            <fieldset key={group}>
              <legend>About {group}</legend>
              {all.map(type => (
                <label key={type}>
                  <input type="checkbox" checked={types.includes(type)} onChange={() => toggle(type)} />
                  {type}
                </label>
              ))}
            </fieldset>
          ))}
        </div>
      )}
    </Popover>
  );
}
