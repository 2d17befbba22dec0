import type { WebhookAttempt, WebhookDelivery } from '@rollcall/client/server';
import { Moment } from '../frame/moment.js';
import { count } from '../tasks/task-words.js';
import { answerWords, visible } from '../webhooks/webhook-words.js';
import classes from './delivery-panel.module.css';

/** The tries of a delivery, the newest first, each with what was answered. */
export function DeliveryTries({ delivery: { attempt, attempts } }: { delivery: WebhookDelivery }) {
  return (
    <>
      <h2 className={classes.part}>
        {attempt === 0 ? 'No try yet' : attempt === 1 ? '1 try' : `${attempt.toLocaleString('en')} tries`}
        {attempts.length < attempt && (
          <span className={classes.dim}>the last {count(attempts.length, 'one')}</span>
        )}
      </h2>
      {attempts.length > 0 && (
        <ol className={classes.tries} reversed>
          {attempts.toReversed().map(one => (
            <Try key={one.at} attempt={one} />
          ))}
        </ol>
      )}
    </>
  );
}

function Try({ attempt }: { attempt: WebhookAttempt }) {
  const { at, status_code = 0, duration_ms, answer } = attempt;
  const isGood = status_code >= 200 && status_code < 300;
  return (
    <li>
      <span>
        <Moment at={at} /> <span className={isGood ? classes.good : classes.bad}>{answerWords(attempt)}</span>{' '}
        <span className={classes.dim}>after {duration_ms.toLocaleString('en')} ms</span>
      </span>
      {/* It is text of somebody else, and stays text. */}
      {answer !== undefined && <pre className={classes.text}>{visible(answer)}</pre>}
    </li>
  );
}
