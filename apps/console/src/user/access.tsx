import { Button } from '@mantine/core';
import type { User } from '@rollcall/client/server';
import { useMutation } from '@tanstack/react-query';
import { CopyButton } from '../frame/copy-button.js';
import { Moment } from '../frame/moment.js';
import { say } from '../frame/notices.js';
import { useClient, useWriteRefusal } from '../session/use-session.js';
import classes from './access.module.css';

/** The tokens of a user: since when they hold, how to refuse them, and how to get one. */
export function Access({ user }: { user: User }) {
  const client = useClient();
  const refusal = useWriteRefusal();
  const { id, revoke_tokens_issued_before: before } = user;
  const revoke = useMutation({
    mutationFn: (time: number | null) => client.revokeUserToken(id, time),
    onSuccess: (_answer, time) => {
      say(
        time === null ? 'The tokens hold again.' : 'The tokens are refused, and the connections are closed.',
      );
    },
    onError: error => say(error.message, { failed: true }),
  });
  const off = refusal !== undefined || revoke.isPending || user.deleted_at !== undefined;
  const command = `rollcall token --user '${id}' --expires-in 1h`;
  return (
    <div className={classes.parts}>
      <h2>Tokens</h2>
      <p>
        {before === undefined ? (
          'No token of this user is revoked.'
        ) : (
          <>
            Tokens from before <Moment at={before} /> are refused.
          </>
        )}
      </p>
      <div className={classes.line}>
        <Button variant="default" disabled={off} title={refusal} onClick={() => revoke.mutate(Date.now())}>
          Revoke all tokens so far
        </Button>
        {before !== undefined && (
          <Button variant="default" disabled={off} title={refusal} onClick={() => revoke.mutate(null)}>
            Undo
          </Button>
        )}
      </div>
      <h2>A token to try things with</h2>
      <p className={classes.dim}>
        The console does not keep the secret, so it cannot sign one. Where the secret is, this command signs
        one:
      </p>
      <div className={classes.line}>
        <code>{command}</code>
        <CopyButton text={command} label="Copy the command" />
      </div>
    </div>
  );
}
