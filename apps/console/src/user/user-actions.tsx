import { Button } from '@mantine/core';
import type { User } from '@rollcall/client/server';
import { useMutation } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { say } from '../frame/notices.js';
import { useClient, useWriteRefusal } from '../session/use-session.js';
import classes from './user-actions.module.css';

const DeletionForm = lazy(() =>
  import('./deletion-form.js').then(({ DeletionForm }) => ({ default: DeletionForm })),
);
const BanForm = lazy(() => import('./ban-form.js').then(({ BanForm }) => ({ default: BanForm })));

/** What can be done with a user, by its state. What cannot be undone asks first, right here. */
export function UserActions({ user }: { user: User }) {
  const client = useClient();
  const refusal = useWriteRefusal();
  const [asking, setAsking] = useState<'ban' | 'delete'>();
  const { id } = user;
  const run = useMutation({
    mutationFn: async ({ act }: { act(): Promise<unknown>; said: string }) => act(),
    onSuccess: (_answer, { said }) => say(said),
    onError: error => say(error.message, { failed: true }),
  });
  const button = (label: string, said: string, act: () => Promise<unknown>) => (
    <Button
      variant="default"
      disabled={refusal !== undefined || run.isPending}
      title={refusal}
      onClick={() => run.mutate({ act, said })}
    >
      {label}
    </Button>
  );
  const ask = (what: 'ban' | 'delete', label: string) => (
    <Button
      variant="default"
      c={what === 'delete' ? 'var(--rc-red)' : undefined}
      aria-expanded={asking === what}
      disabled={refusal !== undefined}
      title={refusal}
      onClick={() => setAsking(asking === what ? undefined : what)}
    >
      {label}
    </Button>
  );
  const done = () => setAsking(undefined);
  const deleted = user.deleted_at !== undefined;
  return (
    <>
      <div className={classes.actions}>
        {user.banned
          ? button('End the ban', 'The ban has ended.', () => client.unbanUser(id))
          : !deleted && ask('ban', 'Ban…')}
        {user.shadow_banned &&
          button('End the shadow ban', 'The shadow ban has ended.', () => client.removeShadowBan(id))}
        {!deleted &&
          (user.deactivated_at === undefined
            ? button('Deactivate', `${id} is deactivated.`, () => client.deactivateUser(id))
            : button('Reactivate', `${id} is active again.`, () => client.reactivateUser(id)))}
        {deleted && button('Restore', `${id} is being restored.`, () => client.restoreUsers([id]))}
        <Button
          variant="default"
          onClick={() => run.mutate({ act: () => exportUser(), said: 'The export is saved.' })}
        >
          Export
        </Button>
        {ask('delete', deleted ? 'Erase…' : 'Delete…')}
      </div>
      <Suspense>
        {asking === 'ban' && <BanForm id={id} onDone={done} />}
        {asking === 'delete' && <DeletionForm ids={[id]} onDone={done} onCancel={done} />}
      </Suspense>
    </>
  );

  async function exportUser() {
    const [whole, { saveFile }] = await Promise.all([client.exportUser(id), import('../files/save-file.js')]);
    saveFile(new Blob([JSON.stringify(whole, null, 2)], { type: 'application/json' }), `${id}.json`);
  }
}
