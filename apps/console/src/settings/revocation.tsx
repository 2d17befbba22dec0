import type { AppSettings } from '@rollcall/client/server';
import { APP_SETTINGS } from '@rollcall/client/tables';
import { CopyButton } from '../frame/copy-button.js';
import { Moment } from '../frame/moment.js';
import { Words } from '../frame/words.js';
import classes from './revocation.module.css';
import rows from './setting-row.module.css';

const COMMAND = 'rollcall revoke --all';

/** Since when tokens of the app are refused. Setting it would end the session that sets it, so the page only says how. */
export function Revocation({ settings, isAt }: { settings: AppSettings; isAt: boolean }) {
  const name = 'revoke_tokens_issued_before';
  const before = settings[name];
  return (
    <div className={rows.setting} data-at={isAt} data-setting={name}>
      <div className={rows.heading}>
        <h3>Revoked tokens</h3>
        <code>{name}</code>
        {before !== null && <span className={rows.changed}>changed; default: none</span>}
      </div>
      <p className={rows.does}>
        <Words text={APP_SETTINGS[name].does} />
      </p>
      <p className={classes.now}>
        {before === null ? (
          'No token is refused for its age.'
        ) : (
          <>
            Tokens from before <Moment at={before} /> are refused.
          </>
        )}
      </p>
      <p className={classes.how}>
        It would end this session, too. Where the secret is, this command sets it: <code>{COMMAND}</code>
        <CopyButton text={COMMAND} label="Copy the command" />
      </p>
    </div>
  );
}
