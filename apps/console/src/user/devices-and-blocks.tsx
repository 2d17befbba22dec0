import { Button } from '@mantine/core';
import type { User } from '@rollcall/client/server';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Moment } from '../frame/moment.js';
import { say } from '../frame/notices.js';
import { useClient, useWriteRefusal } from '../session/use-session.js';
import classes from './devices-and-blocks.module.css';

/** Where push notifications go, and whom the user blocks. */
export function DevicesAndBlocks({ user }: { user: User }) {
  const client = useClient();
  const refusal = useWriteRefusal();
  const { id, devices = [], blocked_user_ids: blocked = [] } = user;
  const run = useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onError: error => say(error.message, { failed: true }),
  });
  const button = (label: string, act: () => Promise<unknown>) => (
    <Button
      variant="default"
      size="compact-xs"
      disabled={refusal !== undefined || run.isPending}
      title={refusal}
      onClick={() => run.mutate(act)}
    >
      {label}
    </Button>
  );
  return (
    <div className={classes.parts}>
      <h2>Devices</h2>
      {devices.length === 0 && <p className={classes.dim}>No device gets push notifications.</p>}
      <ul>
        {devices.map(device => (
          <li key={device.id}>
            <code>{device.id}</code>
            <span className={classes.dim}>
              {device.push_provider_name ?? device.push_provider} · added <Moment at={device.created_at} />
            </span>
            {button('Remove', () => client.removeDevice(device.id, id))}
          </li>
        ))}
      </ul>
      <h2>Blocks</h2>
      {blocked.length === 0 && <p className={classes.dim}>This user blocks nobody.</p>}
      <ul>
        {blocked.map(other => (
          <li key={other}>
            <Link to="/users/$userId" params={{ userId: other }} search={{}}>
              <code>{other}</code>
            </Link>
            {button('Unblock', () => client.unblockUser(other, id))}
          </li>
        ))}
      </ul>
    </div>
  );
}
