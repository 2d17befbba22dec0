import type { ActionPreviewOf, JsonObject } from '@rollcall/client/server';
import { Fragment } from 'react';
import classes from './action-dialog.module.css';
import type { ActionTarget } from './action-target.js';
import { users } from './action-words.js';

const SHOWN = 5;

interface ConcernedProps {
  target: ActionTarget;
  preview: Pick<ActionPreviewOf<JsonObject>, 'count' | 'more' | 'sample'>;
}

/** Whom an action concerns: how many, some of them, and the filter that says so. */
export function Concerned({
  target: { filter, selected },
  preview: { count, more, sample },
}: ConcernedProps) {
  const shown = sample.slice(0, SHOWN);
  const rest = count - shown.length;
  return (
    <section className={classes.concerned} aria-label="Whom it concerns">
      <strong role="status">
        {count === 0
          ? 'Nobody matches.'
          : `${more ? 'More than ' : ''}${users(count)} ${count === 1 ? 'matches' : 'match'}.`}
      </strong>
      {shown.length > 0 && (
        <p>
          {shown.map(({ id, name }, index) => (
            <Fragment key={id}>
              {index > 0 && ', '}
              {name === undefined ? id : <Name name={name} />}
              {name !== undefined && ` (${id})`}
            </Fragment>
          ))}
          {rest > 0 && ` and ${rest.toLocaleString('en')} more`}
        </p>
      )}
      {!selected && (
        <p className={classes.dim}>
          {Object.keys(filter).length === 0 ? (
            'No filter: this is everybody in the list.'
          ) : (
            <>
              By the filter <code>{JSON.stringify(filter)}</code>
            </>
          )}
        </p>
      )}
    </section>
  );
}

/** So much of a name tells who it is. */
const NAME_LENGTH = 60;

/** A name as its user chose it. Whatever direction its letters take, and however many there are, the rest reads as it should. */
function Name({ name }: { name: string }) {
  const letters = [...name];
  return <bdi>{letters.length > NAME_LENGTH ? `${letters.slice(0, NAME_LENGTH).join('')}…` : name}</bdi>;
}
