import { Button } from '@mantine/core';
import { IconCode } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useRef } from 'react';
import { useCommands } from '../frame/commands.js';
import { say } from '../frame/notices.js';
import { Popover } from '../frame/popover.js';
import { FileDrop } from './file-drop.js';
import { FileOnDesk } from './file-on-desk.js';
import { importDesk } from './import-desk.js';
import classes from './import-page.module.css';
import { useDesk, useImportSearch } from './use-import.js';

const ImportAsCode = lazy(() =>
  import('./import-as-code.js').then(({ ImportAsCode }) => ({ default: ImportAsCode })),
);

/** Imports users from a file that this browser reads. */
export function ImportPage() {
  const navigate = useNavigate();
  const { file, run } = useDesk();
  const { how } = useImportSearch();
  const input = useRef<HTMLInputElement>(null);
  const lay = (next: File | undefined) => {
    if (!importDesk.lay(next)) say('Another file is being imported. Stop that first.', { failed: true });
  };
  useCommands([
    {
      label: 'Choose a file to import',
      key: 'o',
      run: () => {
        lay(undefined);
        // The field is there when the desk is empty.
        setTimeout(() => input.current?.click());
      },
    },
    { label: 'Back to the users', key: 'Escape', run: () => void navigate({ to: '/users' }) },
  ]);
  return (
    <section
      className={classes.page}
      aria-label="Import users"
      onDragOver={event => event.preventDefault()}
      onDrop={event => {
        event.preventDefault();
        const [dropped] = event.dataTransfer.files;
        if (dropped) lay(dropped);
      }}
    >
      <div className={classes.heading}>
        <h1 className={classes.title}>Import users</h1>
        <span className={classes.grow} />
        <Popover
          button={<IconCode size={16} aria-hidden />}
          buttonLabel="This import as code"
          label="This import as code"
        >
          {() => (
            <Suspense fallback="…">
              <ImportAsCode file={file} how={how} />
            </Suspense>
          )}
        </Popover>
        <Button variant="default" component={Link} to="/users" title="Back to the users (Esc)">
          Users
        </Button>
      </div>
      <div className={classes.body}>
        <p className={classes.dim}>
          A user whose id is new is created. A user who is there is replaced: what the file does not give goes
          back to its default. Bans, devices and the like stay.
        </p>
        {file === undefined ? (
          <FileDrop input={input} onFile={lay} />
        ) : (
          <FileOnDesk
            key={`${file.name} ${file.size} ${file.lastModified}`}
            file={file}
            run={run}
            onOther={() => lay(undefined)}
          />
        )}
      </div>
    </section>
  );
}
