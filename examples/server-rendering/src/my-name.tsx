import type { User } from '@rollcall/client';
import { useAction, useMe } from '@rollcall/react';
import type { SubmitEvent } from 'react';

/** My name, in a form that also works before the page is live, and where no script runs. */
export function MyName({ first }: { first: User }) {
  const me = useMe();
  const save = useAction(me.update);
  const { name = '' } = me.data ?? first;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    if (me.status !== 'success') return;
    event.preventDefault();
    save.run({ set: { name: String(new FormData(event.currentTarget).get('name')) } });
  };
  return (
    <form method="post" action="/name" onSubmit={submit}>
      <label>
        You are
        <input name="name" key={name} defaultValue={name} required maxLength={255} />
      </label>
      <button type="submit">Save</button>
      <p role="alert">{save.error?.message}</p>
    </form>
  );
}
