import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { say } from '../frame/notices.js';
import { useClient } from '../session/use-session.js';
import { NativeSelect, TextInput } from '../theme/text-field.js';
import classes from './ban-form.module.css';
import { BAN_DURATIONS, banOptions } from './ban-options.js';

/** Bans a user: why, for how long, and whether the user is told. */
export function BanForm({ id, onDone }: { id: string; onDone(): void }) {
  const client = useClient();
  const ban = useMutation({
    mutationFn: (form: FormData) =>
      client.banUser(id, { ...banOptions(form), ...(form.get('shadow') === 'on' && { shadow: true }) }),
    onSuccess: () => {
      say(`${id} is banned.`);
      onDone();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    ban.mutate(new FormData(event.currentTarget));
  };
  return (
    <form className={classes.form} onSubmit={submit} aria-label={`Ban ${id}`}>
      <TextInput name="reason" label="Reason" autoFocus />
      <NativeSelect name="minutes" label="For" data={BAN_DURATIONS} />
      <label className={classes.shadow}>
        <input type="checkbox" name="shadow" />
        Shadow ban: the user is not told, and nobody else sees what it writes.
      </label>
      <div className={classes.foot}>
        <Button type="submit" disabled={ban.isPending}>
          Ban {id}
        </Button>
        <Button variant="default" onClick={onDone}>
          Cancel
        </Button>
      </div>
      {ban.error && (
        <p role="alert" className={classes.error}>
          {ban.error.message}
        </p>
      )}
    </form>
  );
}
