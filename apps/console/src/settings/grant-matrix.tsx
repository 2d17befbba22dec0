import type { AppSettings, Grant, Role } from '@rollcall/client/server';
import { APP_SETTINGS, GRANT_MEANINGS, GRANTS } from '@rollcall/client/tables';
import { useWriteRefusal } from '../session/use-session.js';
import { DeleteRole } from './delete-role.js';
import { type GrantChanges, withGrant } from './grant-changes.js';
import classes from './grant-matrix.module.css';
import { grantsOf } from './may.js';

interface GrantMatrixProps {
  roles: readonly Role[];
  settings: AppSettings;
  changes: GrantChanges;
  onChange(changes: GrantChanges): void;
}

/** A row for each grant, a column for each role, and a box where they meet. */
export function GrantMatrix({ roles, settings, changes, onChange }: GrantMatrixProps) {
  const refusal = useWriteRefusal();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: It scrolls, and keys have to reach it.
    <section className={classes.scroll} tabIndex={0} aria-label="Matrix of roles and grants">
      <table className={classes.matrix}>
        <thead>
          <tr>
            <th scope="col" className={classes.corner}>
              Grant
            </th>
            {roles.map(({ name, built_in }) => (
              <th key={name} scope="col" className={classes.head}>
                <span className={classes.role}>{name}</span>
                {!Object.hasOwn(settings.grants, name) && <span className={classes.like}>like user</span>}
                {!built_in && <DeleteRole name={name} />}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {GRANTS.map(grant => (
            <tr key={grant} className={classes.row}>
              <th scope="row" className={classes.grant}>
                <code>{grant}</code>
                <span className={classes.meaning}>{GRANT_MEANINGS[grant]}</span>
              </th>
              {roles.map(({ name: role }) => {
                const stored = grantsOf(settings, role).includes(grant);
                const wanted = changes[role]?.[grant];
                const differs = differsFromDefault(role, grant, stored);
                return (
                  <td
                    key={role}
                    className={classes.cell}
                    data-moved={wanted !== undefined}
                    data-changed={differs}
                  >
                    <input
                      type="checkbox"
                      aria-label={`${role}: ${grant}${differs ? ' (not as by default)' : ''}`}
                      title={
                        refusal ?? (differs ? `Not as by default: ${role}, ${grant}` : `${role}: ${grant}`)
                      }
                      disabled={refusal !== undefined}
                      checked={wanted ?? stored}
                      onChange={event =>
                        onChange(
                          withGrant(changes, { role, grant }, { wanted: event.target.checked, stored }),
                        )
                      }
                    />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Whether a built-in role has a grant that it has not by default, or the other way round. */
function differsFromDefault(role: string, grant: Grant, has: boolean): boolean {
  const byDefault: AppSettings['grants'] = APP_SETTINGS.grants.default;
  return Object.hasOwn(byDefault, role) && (byDefault[role]?.includes(grant) ?? false) !== has;
}
