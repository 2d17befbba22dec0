import type { OverviewWarning } from '@rollcall/client/server';
import { Link } from '@tanstack/react-router';
import { Words } from '../frame/words.js';
import parts from './parts.module.css';
import { GRAVE_WARNINGS, WARNING_SETTINGS, WEBHOOK_WARNINGS } from './warning-settings.js';
import classes from './warnings.module.css';

/** What the server warns of, the worst first, each with what to do. */
export function Warnings({ warnings }: { warnings: readonly OverviewWarning[] }) {
  return (
    <section className={parts.part} aria-labelledby="warnings">
      <h2 id="warnings" className={parts.title}>
        Warnings{warnings.length > 0 && ` (${warnings.length})`}
      </h2>
      {warnings.length === 0 && (
        <p className={parts.dim}>
          None. A warning says what the process that answers knows, so this does not mean that all is well.
        </p>
      )}
      <ul className={classes.list}>
        {warnings.map(({ code, message, advice }) => {
          const setting = WARNING_SETTINGS[code];
          return (
            <li key={`${code} ${message}`} className={classes.warning} data-grave={GRAVE_WARNINGS.has(code)}>
              <p>
                <Words text={message} />
              </p>
              <p className={parts.dim}>
                <Words text={advice} />{' '}
                {setting && (
                  <Link to="/settings" search={{ at: setting }}>
                    Go to the setting
                  </Link>
                )}
                {WEBHOOK_WARNINGS.has(code) && <Link to="/webhooks">Go to the webhooks</Link>}
              </p>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
