import { Button } from '@mantine/core';
import type { JsonObject, RollcallError } from '@rollcall/client/server';
import { type ReactNode, useRef, useState } from 'react';
import { placeOfField, printFilter, readFilter } from './filter-text.js';
import classes from './filter-text-editor.module.css';
import type { TextProblem } from './positioned-json.js';

interface FilterTextEditorProps {
  filter: JsonObject;
  /** What the server said about this filter. */
  error: Error | null;
  onApply(filter: JsonObject): void;
}

/** The filter as JSON. What is wrong is underlined where it is, and said below. */
export function FilterTextEditor({ filter, error, onApply }: FilterTextEditorProps) {
  const [text, setText] = useState(() => printFilter(filter));
  const [touched, setTouched] = useState(false);
  const mirror = useRef<HTMLPreElement>(null);
  const read = readFilter(text);
  const problems = 'problems' in read ? read.problems : touched ? [] : refusals(error, read.keys, text);
  const apply = () => {
    if ('filter' in read) onApply(read.filter);
  };
  return (
    <div className={classes.editor}>
      <div className={classes.field}>
        <pre ref={mirror} className={classes.mirror} aria-hidden>
          {underlined(text, problems)}
        </pre>
        <textarea
          className={classes.text}
          data-first
          aria-label="The filter as JSON"
          aria-invalid={problems.length > 0}
          spellCheck={false}
          rows={10}
          value={text}
          onChange={event => {
            setText(event.target.value);
            setTouched(true);
          }}
          onScroll={event =>
            mirror.current?.scrollTo(event.currentTarget.scrollLeft, event.currentTarget.scrollTop)
          }
          onKeyDown={event => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) apply();
          }}
        />
      </div>
      <ul className={classes.problems} aria-live="polite">
        {problems.map(({ from, message }) => (
          <li key={`${from} ${message}`}>
            Line {text.slice(0, from).split('\n').length}: {message}
          </li>
        ))}
      </ul>
      <div className={classes.foot}>
        <Button disabled={!('filter' in read)} onClick={apply} title="Ctrl Enter">
          Apply
        </Button>
        <span>
          The operators are those of MongoDB: $eq, $gt, $in, $exists, $contains, $autocomplete, $or …
        </span>
      </div>
    </div>
  );
}

/** What the server refused, where it is in the text. */
function refusals(
  error: Error | null,
  keys: Parameters<typeof placeOfField>[0],
  text: string,
): TextProblem[] {
  const { code, field, message } = (error ?? {}) as Partial<RollcallError>;
  if (code !== 'INPUT_INVALID' || message === undefined) return [];
  return [{ ...placeOfField(keys, field, text.length), message }];
}

function underlined(text: string, problems: readonly TextProblem[]): ReactNode[] {
  const pieces: ReactNode[] = [];
  let at = 0;
  for (const { from, to } of [...problems].sort((a, b) => a.from - b.from)) {
    if (from < at) continue;
    pieces.push(text.slice(at, from), <mark key={from}>{text.slice(from, to) || ' '}</mark>);
    at = to;
  }
  // A last line without anything in it has a height, too.
  return [...pieces, `${text.slice(at)}\n`];
}
