import type { JsonObject, User } from '@rollcall/client/server';
import { IconBraces, IconPlus } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { Popover } from '../frame/popover.js';
import { printValue } from './chip-value.js';
import { type Chip, chipsOf, filterOf } from './chips.js';
import { OPERATOR_WORDS } from './fields.js';
import classes from './filter-bar.module.css';

const ChipEditor = lazy(() => import('./chip-editor.js').then(({ ChipEditor }) => ({ default: ChipEditor })));
const FilterTextEditor = lazy(() =>
  import('./filter-text-editor.js').then(({ FilterTextEditor }) => ({ default: FilterTextEditor })),
);

interface FilterBarProps {
  filter: JsonObject;
  /** The users on the screen: what they have is offered. */
  users: readonly User[];
  /** What the server said about the filter. */
  error: Error | null;
  onChange(filter: JsonObject | undefined): void;
}

/** The filter as chips, each edited where it stands, and the same filter as text. What chips cannot show is text only. */
export function FilterBar({ filter, users, error, onChange }: FilterBarProps) {
  const chips = chipsOf(filter);
  const set = (next: Chip[]) => onChange(next.length === 0 ? undefined : filterOf(next));
  const editor = (chip: Chip | undefined, apply: (chip: Chip) => void, close: () => void) => (
    <Suspense fallback="…">
      <ChipEditor
        chip={chip}
        users={users}
        onApply={next => {
          close();
          apply(next);
        }}
      />
    </Suspense>
  );
  return (
    <>
      {chips?.map((chip, index) => (
        <span
          className={classes.chip}
          key={`${chip.field} ${chip.operator} ${chips.slice(0, index).filter(one => one.field === chip.field && one.operator === chip.operator).length}`}
        >
          <Popover button={wordsOf(chip)} buttonClass={classes.words} label={`Condition: ${wordsOf(chip)}`}>
            {close => editor(chip, next => set(chips.with(index, next)), close)}
          </Popover>
          <button
            type="button"
            className={classes.remove}
            aria-label={`Remove the condition ${wordsOf(chip)}`}
            onClick={() => set(chips.toSpliced(index, 1))}
          >
            ×
          </button>
        </span>
      ))}
      {chips && (
        <Popover
          button={
            <>
              <IconPlus size={14} aria-hidden /> filter
            </>
          }
          label="New condition"
        >
          {close => editor(undefined, chip => set([...chips, chip]), close)}
        </Popover>
      )}
      <Popover
        button={
          <>
            <IconBraces size={14} aria-hidden /> {chips ? 'as text' : 'filter as text'}
          </>
        }
        buttonClass={chips ? undefined : classes.textOnly}
        label="The filter as text"
      >
        {close => (
          <Suspense fallback="…">
            <FilterTextEditor
              filter={filter}
              error={error}
              onApply={next => {
                close();
                onChange(Object.keys(next).length === 0 ? undefined : next);
              }}
            />
          </Suspense>
        )}
      </Popover>
    </>
  );
}

/** A condition in a few words: `role: admin`, `age ≥ 18`. */
function wordsOf({ field, operator, value }: Chip): string {
  const text = printValue(field, operator, value);
  if (operator === '$eq' || operator === '$contains') return `${field}: ${text}`;
  if (operator === '$exists') return `${field} is ${value === true ? '' : 'not '}set`;
  return `${field} ${OPERATOR_WORDS[operator]} ${text}`;
}
