import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { say } from '../frame/notices.js';
import { useClient, useWriteRefusal } from '../session/use-session.js';
import { settingsQuery } from '../settings/settings-query.js';
import classes from './make-index.module.css';

const MOST = 20;

/** Makes the index that a filter lacks, and says what that costs. */
export function MakeIndex({ fields, onDone }: { fields: readonly string[]; onDone(): void }) {
  const client = useClient();
  const cache = useQueryClient();
  const refusal = useWriteRefusal();
  const make = useMutation({
    mutationFn: async () => {
      const { indexed_custom_fields } = await client.getAppSettings();
      return client.updateAppSettings({ indexed_custom_fields: [...indexed_custom_fields, ...fields] });
    },
    onSuccess: settings => {
      cache.setQueryData(settingsQuery(client).queryKey, settings);
      say(`The index of ${fields.join(' and ')} is made.`);
      onDone();
    },
  });
  return (
    <div className={classes.form}>
      <p>
        An index of <code>{fields.join(', ')}</code> finds these users without looking at all of them.
      </p>
      <p className={classes.dim}>
        Making it reads every user once, while everybody works on. From then on each write of these paths
        costs a little more. There can be {MOST} such indexes. Settings can take them away.
      </p>
      {make.error && <p role="alert">{make.error.message}</p>}
      <Button
        data-first
        disabled={refusal !== undefined || make.isPending}
        title={refusal}
        onClick={() => make.mutate()}
      >
        {make.isPending ? 'Making the index…' : 'Make the index'}
      </Button>
    </div>
  );
}
