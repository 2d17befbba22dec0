import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { DELIMITERS } from '../files/csv.js';
import { useCommands } from '../frame/commands.js';
import { PageState } from '../frame/page-state.js';
import { useClient, useWriteRefusal } from '../session/use-session.js';
import { NativeSelect } from '../theme/text-field.js';
import classes from './file-on-desk.module.css';
import { FirstUsers } from './first-users.js';
import { importDesk } from './import-desk.js';
import type { ImportRun } from './import-run.js';
import { mapColumns, mappingProblems } from './mapping.js';
import { MappingTable } from './mapping-table.js';
import { RunPanel } from './run-panel.js';
import { count } from './run-words.js';
import { sampleQuery } from './sample.js';
import { useImportSearch, useRunState } from './use-import.js';

interface FileOnDeskProps {
  file: File;
  run: ImportRun | undefined;
  onOther(): void;
}

/** A file before it is imported: how it is read, what its first users will be, a check of all of it, and the import. */
export function FileOnDesk({ file, run, onOther }: FileOnDeskProps) {
  const client = useClient();
  const refusal = useWriteRefusal();
  const { how, change } = useImportSearch();
  const { delimiter, map = {}, as_is } = how;
  const sample = useQuery(sampleQuery(file, delimiter));
  const state = useRunState(run);
  const running = state !== undefined && state.endedAt === undefined;
  const columns = sample.data ? mapColumns(sample.data.names, map) : [];
  const problems = sample.data ? mappingProblems(columns) : [];
  const checked =
    run && run.options.kind === 'check' && JSON.stringify(run.options.how) === JSON.stringify(how)
      ? run
      : undefined;
  const reason = refusal ?? problems[0];
  const off = reason !== undefined || running || sample.data === undefined;
  const start = (kind: 'check' | 'import') => importDesk.start({ client, kind, how, columns });
  useCommands([
    {
      label: 'Check all rows',
      key: 'c',
      refusal: off ? (reason ?? 'Something is running.') : undefined,
      run: () => start('check'),
    },
    {
      label: 'Import all rows',
      refusal: off ? (reason ?? 'Something is running.') : undefined,
      run: () => start('import'),
    },
    {
      label: 'Stop the import',
      key: 's',
      refusal: running ? undefined : 'Nothing is running.',
      run: () => run?.stop(),
    },
  ]);

  if (sample.error)
    return (
      <PageState title="This file cannot be read">
        <p role="alert">{sample.error.message}</p>
        <Button onClick={onOther}>Choose another file</Button>
      </PageState>
    );
  const { format } = sample.data ?? {};
  return (
    <>
      <div className={classes.file}>
        <strong className={classes.name}>{file.name}</strong>
        <span className={classes.dim}>
          {sizeInWords(file.size)}
          {format && ` · ${format.format === 'csv' ? 'CSV' : 'NDJSON'}`}
        </span>
        {format?.format === 'csv' && (
          <span className={classes.choice}>
            Between cells
            <NativeSelect
              aria-label="Between cells"
              value={format.delimiter}
              disabled={running}
              data={Object.entries(DELIMITERS).map(([value, label]) => ({ value, label }))}
              onChange={event => change({ delimiter: event.target.value })}
            />
          </span>
        )}
        <label className={classes.choice}>
          <input
            type="checkbox"
            checked={as_is ?? false}
            disabled={running}
            onChange={event => change({ as_is: event.target.checked || undefined })}
          />
          As they were: also times, bans, devices, blocks, deactivation
        </label>
        <span className={classes.grow} />
        <Button variant="default" disabled={running} onClick={onOther}>
          Another file
        </Button>
      </div>
      {!sample.data ? (
        <p role="status">Reading the first rows…</p>
      ) : (
        <>
          <MappingTable
            sample={sample.data}
            mapping={map}
            columns={columns}
            disabled={running}
            onChange={next => change({ map: next })}
          />
          <FirstUsers sample={sample.data} columns={columns} />
        </>
      )}
      {problems.map(problem => (
        <p key={problem} role="alert" className={classes.error}>
          {problem}
        </p>
      ))}
      {refusal !== undefined && <p className={classes.dim}>{refusal}</p>}
      <div className={classes.foot}>
        <Button
          variant={checked ? 'default' : 'filled'}
          disabled={off}
          title={reason ?? 'Check all rows (c)'}
          onClick={() => start('check')}
        >
          Check all rows
        </Button>
        <Button
          variant={checked ? 'filled' : 'default'}
          disabled={off}
          title={reason}
          onClick={() => start('import')}
        >
          {checked?.state.status === 'done' ? `Import ${count(usersOf(checked), 'user')}` : 'Import all rows'}
        </Button>
      </div>
      {run && <RunPanel run={run} />}
    </>
  );
}

function usersOf({ state: { created, updated, unchanged } }: ImportRun): number {
  return created + updated + unchanged;
}

function sizeInWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  const [size, unit] = bytes < 1_000_000 ? [bytes / 1_000, 'kB'] : [bytes / 1_000_000, 'MB'];
  return `${size.toLocaleString('en', { maximumFractionDigits: 1 })} ${unit}`;
}
