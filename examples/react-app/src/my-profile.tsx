import { useAction, useMe } from '@rollcall/react';
import { InPlace } from './in-place.js';

/**
 * My own profile. A change is shown at once, here and in the list of people. When the server refuses it, it is taken back,
 * and the reason is there.
 */
export function MyProfile() {
  const me = useMe();
  const save = useAction(me.update);
  if (!me.data) return null;
  const { name = '', custom } = me.data;
  return (
    <section className="card" aria-labelledby="me">
      <h2 id="me">You</h2>
      <InPlace label="Name" value={name} onChange={text => save.run({ set: { name: text } })} />
      <InPlace
        label="What you are doing"
        value={custom.doing ?? ''}
        onChange={text => save.run(text ? { set: { doing: text } } : { unset: ['doing'] })}
      />
      <p role="alert">{save.error?.message}</p>
    </section>
  );
}
