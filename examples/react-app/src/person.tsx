import type { User } from '@rollcall/client';
import type { RegisteredCustom } from '@rollcall/react';
import type { CSSProperties } from 'react';

interface PersonProps {
  user: User<RegisteredCustom>;
  /** Is not among the people any more: the row stays where it is until the list is read again. */
  gone: boolean;
}

/** One row of the list. */
export function Person({ user: { id, name = id, online, custom }, gone }: PersonProps) {
  const state = gone ? 'gone' : online ? 'here' : 'away';
  return (
    <li data-state={state}>
      <span className="face" aria-hidden="true" style={{ '--hue': hueOf(id) } as CSSProperties}>
        {[...name][0]?.toUpperCase()}
      </span>
      <span className="who">
        <b>{name}</b>
        {custom.doing && <small>{custom.doing}</small>}
      </span>
      <span className="state">{state}</span>
    </li>
  );
}

/** A colour of their own for everybody, the same on every page. */
function hueOf(id: string): number {
  let hue = 0;
  for (const character of id) hue = (hue * 31 + character.charCodeAt(0)) % 360;
  return hue;
}
