import { Button } from '@mantine/core';
import type { ServerClient } from '@rollcall/client/server';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { readValue } from '../filters/chip-value.js';
import { kindOfField } from '../filters/fields.js';
import { say } from '../frame/notices.js';
import { useClient } from '../session/use-session.js';
import { NativeSelect, TextInput } from '../theme/text-field.js';
import { BAN_DURATIONS, banOptions } from '../user/ban-options.js';
import { DeletionForm } from '../user/deletion-form.js';
import classes from './action-form.module.css';
import { saveUsers } from './save-users.js';
import type { UserList } from './users-page-query.js';

export type ActionName = 'ban' | 'deactivate' | 'reactivate' | 'set' | 'delete' | 'export';

interface ActionFormProps {
  action: ActionName;
  /** Nobody: everybody who matches. */
  ids: readonly string[];
  list: UserList;
  onDone(): void;
  onCancel(): void;
}

/** Asks what an action still needs, says what it will do, and does it. */
export function ActionForm({ action, ...props }: ActionFormProps) {
  if (action === 'delete') return <DeletionForm {...props} ids={[...props.ids]} />;
  return <PlainForm action={action} {...props} />;
}

type PlainAction = Exclude<ActionName, 'delete'>;

function PlainForm({ action, ids, list, onDone, onCancel }: ActionFormProps & { action: PlainAction }) {
  const client = useClient();
  const [done, setDone] = useState(0);
  const run = useMutation({
    mutationFn: (form: FormData) => RUN[action]({ client, ids: [...ids], list, form, onProgress: setDone }),
    onSuccess: said => {
      say(said);
      onDone();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    run.mutate(new FormData(event.currentTarget));
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      {action === 'ban' && (
        <>
          <TextInput name="reason" label="Reason" data-autofocus autoFocus />
          <NativeSelect name="minutes" label="For" data={BAN_DURATIONS} />
        </>
      )}
      {action === 'deactivate' && (
        <p>
          They cannot connect or call anything until they are reactivated. Their connections close at once.
        </p>
      )}
      {action === 'reactivate' && <p>They can connect and call again.</p>}
      {action === 'set' && (
        <>
          <TextInput name="field" label="Field" placeholder="plan" required withAsterisk={false} autoFocus />
          <TextInput name="value" label="Value" description="Of teams: with commas between" />
        </>
      )}
      {action === 'export' && <p>Saves the users as a file with one JSON object a line.</p>}
      <Button type="submit" disabled={run.isPending}>
        {run.isPending && done > 0 ? `${done.toLocaleString('en')} so far…` : WORDS[action](ids.length)}
      </Button>
      <Button variant="default" onClick={onCancel}>
        Cancel
      </Button>
      {run.error && (
        <p role="alert" className={classes.error}>
          {run.error.message}
        </p>
      )}
    </form>
  );
}

const users = (count: number) => (count === 1 ? '1 user' : `${count} users`);

const WORDS: Record<PlainAction, (count: number) => string> = {
  ban: count => `Ban ${users(count)}`,
  deactivate: count => `Deactivate ${users(count)}`,
  reactivate: count => `Reactivate ${users(count)}`,
  set: count => `Set it for ${users(count)}`,
  export: count => (count === 0 ? 'Export all that match' : `Export ${users(count)}`),
};

interface Running {
  client: ServerClient;
  ids: string[];
  list: UserList;
  form: FormData;
  onProgress(done: number): void;
}

/** Does an action, and says what has been done or has begun. */
const RUN: Record<PlainAction, (running: Running) => Promise<string>> = {
  async ban({ client, ids, form, onProgress }) {
    for (const [index, id] of ids.entries()) {
      await client.banUser(id, banOptions(form));
      onProgress(index + 1);
    }
    return `${users(ids.length)} banned.`;
  },
  async deactivate({ client, ids }) {
    await client.deactivateUsers(ids);
    return `Deactivating ${users(ids.length)}.`;
  },
  async reactivate({ client, ids }) {
    await client.reactivateUsers(ids);
    return `Reactivating ${users(ids.length)}.`;
  },
  async set({ client, ids, form }) {
    const field = String(form.get('field')).trim();
    const text = String(form.get('value') ?? '');
    const value = readValue(field, kindOfField(field) === 'list' ? '$in' : '$eq', text);
    await client.partialUpdateUsers(ids.map(id => ({ id, set: { [field]: value } })));
    return `${field} is set for ${users(ids.length)}.`;
  },
  async export({ client, ids, list, onProgress }) {
    const saved = await saveUsers(client, ids.length === 0 ? list : ids, onProgress);
    return `${users(saved)} saved.`;
  },
};
