import { useMutation, useQueryClient } from '@tanstack/react-query';
import { say } from '../frame/notices.js';
import { Popover } from '../frame/popover.js';
import { useClient, useWriteRefusal } from '../session/use-session.js';
import classes from './delete-role.module.css';
import roles from './roles.module.css';
import { rolesQuery } from './settings-query.js';

/** Deletes a role, after a question. The server refuses it while somebody has the role, and says who. */
export function DeleteRole({ name }: { name: string }) {
  const client = useClient();
  const cache = useQueryClient();
  const refusal = useWriteRefusal();
  const remove = useMutation({
    mutationFn: () => client.deleteRole(name),
    onSuccess: () => {
      say(`The role ${name} is deleted.`);
      void cache.invalidateQueries({ queryKey: rolesQuery(client).queryKey });
    },
  });
  return (
    <Popover
      button="Delete…"
      buttonClass={classes.delete}
      buttonLabel={`Delete the role ${name}`}
      label="Delete a role"
    >
      {() => (
        <div className={classes.question}>
          <p>
            Delete the role <code>{name}</code>? A role that somebody has is not deleted. Its grants stay
            stored, and hold again when it is made anew.
          </p>
          {remove.error && (
            <p role="alert" className={roles.error}>
              {remove.error.message}
            </p>
          )}
          <button
            type="button"
            data-first
            className={roles.button}
            disabled={refusal !== undefined || remove.isPending}
            title={refusal}
            onClick={() => remove.mutate()}
          >
            Delete the role
          </button>
        </div>
      )}
    </Popover>
  );
}
