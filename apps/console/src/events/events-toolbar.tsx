import type { User } from '@rollcall/client/server';
import { IconCode } from '@tabler/icons-react';
import { type RefObject, useEffect, useState } from 'react';
import { FilterBar } from '../filters/filter-bar.js';
import { CodeSamples } from '../frame/code-samples.js';
import { Popover } from '../frame/popover.js';
import { typesOf } from './event-types.js';
import type { EventsSearch } from './events-search.js';
import classes from './events-toolbar.module.css';
import { selectionOf } from './selection.js';
import type { Tail } from './tail.js';
import { codeOfTail } from './tail-code.js';
import { TypesMenu } from './types-menu.js';

/** Each selection is a stream of its own, so not every letter of a name is one. */
const SETTLES_MS = 400;

/** What the filter offers is what so many of the last events show. */
const LOOKED_AT = 500;

interface EventsToolbarProps {
  search: EventsSearch;
  tail: Tail;
  error: Error | undefined;
  field: RefObject<HTMLInputElement | null>;
  onChange(changes: EventsSearch): void;
}

/** Which events are shown: by type, by user, and by what the users are like. It is not drawn anew with each event. */
export function EventsToolbar({ search, tail, error, field, onChange }: EventsToolbarProps) {
  const { users = '', from } = search;
  const [text, setText] = useState(users);
  const [seen, setSeen] = useState<readonly User[]>([]);
  useEffect(() => setText(users), [users]);
  useEffect(() => {
    if (text === users) return;
    const timer = setTimeout(() => onChange({ users: text || undefined }), SETTLES_MS);
    return () => clearTimeout(timer);
  });
  // Who has been seen is looked up when somebody reaches for the filter.
  const look = () => setSeen(usersIn(tail));
  return (
    <search className={classes.toolbar} onPointerEnter={look} onFocus={look}>
      <TypesMenu
        types={typesOf(search.types)}
        onChange={types => onChange({ types: types.join(',') || undefined })}
      />
      <input
        ref={field}
        type="search"
        className={classes.users}
        aria-label="Only events about these users, by id"
        placeholder="User ids"
        value={text}
        onChange={event => setText(event.target.value)}
        onKeyDown={event => {
          if (event.key !== 'Escape') return;
          if (text === '') event.currentTarget.blur();
          else setText('');
          event.preventDefault();
        }}
      />
      <FilterBar
        filter={search.filter ?? {}}
        users={seen}
        error={error ?? null}
        onChange={filter => onChange({ filter })}
      />
      {from !== undefined && (
        <button
          type="button"
          className={classes.from}
          title="Begin a little before now"
          onClick={() => onChange({ from: undefined })}
        >
          after {from} ×
        </button>
      )}
      <span className={classes.grow} />
      <Popover
        button={<IconCode size={16} aria-hidden />}
        buttonLabel="This view as code"
        label="This view as code"
      >
        {() => <CodeSamples samples={codeOfTail(location.origin, selectionOf(search), from)} />}
      </Popover>
    </search>
  );
}

function usersIn({ state }: Tail): User[] {
  const seen = new Map<string, User>();
  for (const { item } of state.rows.slice(-LOOKED_AT)) if ('user' in item) seen.set(item.user.id, item.user);
  return [...seen.values()];
}
