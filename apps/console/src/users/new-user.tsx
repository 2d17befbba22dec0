import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef } from 'react';
import { say } from '../frame/notices.js';
import { useClient } from '../session/use-session.js';
import { TextInput } from '../theme/text-field.js';
import classes from './new-user.module.css';

interface NewUserProps {
  onClose(): void;
  onMade(id: string): void;
}

/** Makes a user. Everything but the id can wait. */
export function NewUser({ onClose, onMade }: NewUserProps) {
  const client = useClient();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const make = useMutation({
    mutationFn: async (form: FormData) => {
      const text = (name: string) => String(form.get(name) ?? '').trim();
      const id = text('id');
      // An upsert would replace somebody who is there.
      const all = { include_deactivated_users: true, include_deleted_users: true };
      const { users } = await client.queryUsers({ id }, [], all);
      if (users.length > 0) throw new Error(`There is a user ${id} already.`);
      const name = text('name');
      const role = text('role');
      const teams = text('teams')
        .split(',')
        .map(team => team.trim())
        .filter(Boolean);
      return client.upsertUser({ id, ...(name && { name }), ...(role && { role }), teams });
    },
    onSuccess: ({ id }) => {
      say(`The user ${id} is made.`);
      onClose();
      onMade(id);
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    make.mutate(new FormData(event.currentTarget));
  };
  return (
    <dialog ref={dialog} className={classes.dialog} aria-label="New user" onClose={onClose}>
      <form className={classes.form} onSubmit={submit}>
        <h2 className={classes.title}>New user</h2>
        <TextInput name="id" label="Id" description="It never changes." required withAsterisk={false} />
        <TextInput name="name" label="Name" />
        <TextInput name="role" label="Role" placeholder="user" />
        <TextInput name="teams" label="Teams, with commas between" />
        {make.error && (
          <p role="alert" className={classes.error}>
            {make.error.message}
          </p>
        )}
        <div className={classes.foot}>
          <Button type="submit" disabled={make.isPending}>
            Make the user
          </Button>
          <Button variant="default" onClick={() => dialog.current?.close()}>
            Cancel
          </Button>
        </div>
      </form>
    </dialog>
  );
}
