import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef } from 'react';
import { say } from '../frame/notices.js';
import { useClient, useWriteRefusal } from '../session/use-session.js';
import classes from './new-role.module.css';
import roles from './roles.module.css';
import { rolesQuery } from './settings-query.js';

/** Makes a role. Until it has grants of its own it may do what `user` may. */
export function NewRole() {
  const client = useClient();
  const cache = useQueryClient();
  const refusal = useWriteRefusal();
  const form = useRef<HTMLFormElement>(null);
  const make = useMutation({
    mutationFn: (name: string) => client.createRole(name),
    onSuccess: ({ name }) => {
      say(`The role ${name} is made.`);
      form.current?.reset();
      void cache.invalidateQueries({ queryKey: rolesQuery(client).queryKey });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    make.mutate(String(new FormData(event.currentTarget).get('name') ?? '').trim());
  };
  return (
    <form ref={form} className={classes.form} onSubmit={submit}>
      <label htmlFor="new-role">New role</label>
      <input
        id="new-role"
        name="name"
        className={classes.input}
        required
        autoComplete="off"
        spellCheck={false}
        placeholder="moderator"
        disabled={refusal !== undefined}
        title={refusal}
        aria-describedby="new-role-note"
      />
      <button
        type="submit"
        className={roles.button}
        disabled={refusal !== undefined || make.isPending}
        title={refusal}
      >
        Make the role
      </button>
      <span id="new-role-note" className={classes.note}>
        It may do what user may, until it has grants of its own.
      </span>
      {make.error && (
        <p role="alert" className={roles.error}>
          {make.error.message}
        </p>
      )}
    </form>
  );
}
