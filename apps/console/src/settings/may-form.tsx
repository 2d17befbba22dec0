import type { AppSettings } from '@rollcall/client/server';
import { BUILT_IN_ROLES } from '@rollcall/client/tables';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Words } from '../frame/words.js';
import { useClient } from '../session/use-session.js';
import { DEEDS, type MayQuestion, mayOf, questionOf, TARGETS } from './may.js';
import classes from './may-form.module.css';
import rows from './setting-row.module.css';
import { rolesQuery } from './settings-query.js';

const route = getRouteApi('/settings');

/** May this role do this to that? The answer comes from roles, grants and settings, and says why. The address holds the question. */
export function May({ settings }: { settings: AppSettings }) {
  const client = useClient();
  const { data: roles } = useQuery(rolesQuery(client));
  const question = questionOf(route.useSearch());
  const { role, team_role, deed, target } = question;
  const navigate = route.useNavigate();
  const ask = (part: Partial<MayQuestion>) =>
    void navigate({ search: before => ({ ...before, ...part }), replace: true });
  const names = new Set([...(roles ?? []).map(({ name }) => name), ...BUILT_IN_ROLES, role]);
  if (team_role !== undefined) names.add(team_role);
  const { may, reason, conditions } = mayOf(settings, question);
  const { about } = DEEDS[deed];
  return (
    <div className={rows.setting} data-may>
      <h3 className={classes.title}>May this role do this to that?</h3>
      <div className={classes.question}>
        <label htmlFor="may-role">May a user with the role</label>
        <select id="may-role" value={role} onChange={event => ask({ role: event.target.value })}>
          {[...names].map(name => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <label htmlFor="may-team-role">and, within the team,</label>
        <select
          id="may-team-role"
          value={team_role ?? ''}
          onChange={event => ask({ team_role: event.target.value || undefined })}
        >
          <option value="">no role</option>
          {[...names].map(name => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <select
          aria-label="do what"
          value={deed}
          onChange={event => ask({ deed: event.target.value as MayQuestion['deed'] })}
        >
          {Object.entries(DEEDS).map(([key, { words }]) => (
            <option key={key} value={key}>
              {words}
            </option>
          ))}
        </select>
        {about && (
          <select
            aria-label="to whom"
            value={target}
            onChange={event => ask({ target: event.target.value as MayQuestion['target'] })}
          >
            {Object.entries(TARGETS).map(([key, words]) => (
              <option key={key} value={key}>
                {words}
              </option>
            ))}
          </select>
        )}
        <span aria-hidden>?</span>
      </div>
      <output className={classes.answer} data-may={may}>
        <strong>{may ? 'Yes.' : 'No.'}</strong> <Words text={reason} />
      </output>
      {conditions.length > 0 && (
        <>
          <p>What else has to hold:</p>
          <ul className={classes.conditions}>
            {conditions.map(one => (
              <li key={one}>
                <Words text={one} />
              </li>
            ))}
          </ul>
        </>
      )}
      <p className={classes.bound}>
        This is what roles, grants and settings say. Whether a single user is banned, deactivated or blocked,
        its own page says.
      </p>
    </div>
  );
}
