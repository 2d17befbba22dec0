import { json } from '@codemirror/lang-json';
import { Button, useComputedColorScheme } from '@mantine/core';
import type { JsonObject, User } from '@rollcall/client/server';
import CodeMirror, { EditorView } from '@uiw/react-codemirror';
import { useMemo, useState } from 'react';
import { parsePositioned } from '../filters/positioned-json.js';
import { useWriteRefusal } from '../session/use-session.js';
import { cspNonce } from '../theme/csp-nonce.js';
import { ChangedMeanwhile } from './changed-meanwhile.js';
import classes from './custom-data.module.css';
import { EditConflict, useSaveUser } from './use-save-user.js';

/** Custom data as JSON in an editor. It is saved as a whole, unless somebody else has changed it meanwhile. */
export function CustomData({ user }: { user: User }) {
  const refusal = useWriteRefusal();
  const scheme = useComputedColorScheme();
  const [seen, setSeen] = useState(user);
  const [edited, setEdited] = useState<string>();
  const save = useSaveUser();
  // As long as nothing is edited, the editor shows what is.
  const base = edited === undefined ? user : seen;
  const text = edited ?? print(user);
  const problem = edited === undefined ? undefined : problemOf(edited);
  const extensions = useMemo(() => {
    const nonce = cspNonce();
    const name = EditorView.contentAttributes.of({ 'aria-label': 'Custom data as JSON' });
    return [
      json(),
      EditorView.lineWrapping,
      name,
      ...(nonce === undefined ? [] : [EditorView.cspNonce.of(nonce)]),
    ];
  }, []);
  const store = (on: User) => {
    const custom = JSON.parse(text) as JsonObject;
    const partOf = (one: User) => one.custom;
    save.mutate({ seen: on, set: { custom }, partOf }, { onSuccess: () => setEdited(undefined) });
  };
  const { error } = save;
  return (
    <div className={classes.editor}>
      <CodeMirror
        value={text}
        theme={scheme}
        minHeight="120px"
        extensions={extensions}
        readOnly={refusal !== undefined || user.deleted_at !== undefined}
        basicSetup={{ foldGutter: false, highlightActiveLine: false }}
        onChange={next => {
          if (edited === undefined) setSeen(user);
          setEdited(next === print(base) ? undefined : next);
        }}
      />
      {problem && <p className={classes.error}>{problem}</p>}
      {error instanceof EditConflict ? (
        <div role="alert" className={classes.conflict}>
          <p>
            <ChangedMeanwhile by={error.by} /> Theirs:
          </p>
          <pre>{print(error.theirs)}</pre>
          <Button
            variant="default"
            onClick={() => {
              setEdited(undefined);
              save.reset();
            }}
          >
            Keep theirs
          </Button>
          <Button variant="default" onClick={() => store(error.theirs)}>
            Save yours
          </Button>
        </div>
      ) : (
        error && (
          <p role="alert" className={classes.error}>
            {error.message}
          </p>
        )
      )}
      <div className={classes.foot}>
        <Button
          disabled={refusal !== undefined || edited === undefined || problem !== undefined || save.isPending}
          title={refusal}
          onClick={() => store(seen)}
        >
          Save
        </Button>
        {edited !== undefined && (
          <Button variant="default" onClick={() => setEdited(undefined)}>
            Discard changes
          </Button>
        )}
      </div>
    </div>
  );
}

function print({ custom }: User): string {
  return JSON.stringify(custom, null, 2);
}

function problemOf(text: string): string | undefined {
  const read = parsePositioned(text);
  if ('message' in read) return `Line ${text.slice(0, read.from).split('\n').length}: ${read.message}`;
  const { value } = read;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? undefined : 'Custom data is an object: { "plan": "pro" }.';
}
