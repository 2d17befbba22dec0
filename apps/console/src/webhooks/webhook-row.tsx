import type { WebhookEndpoint } from '@rollcall/client/server';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Moment } from '../frame/moment.js';
import { useClient } from '../session/use-session.js';
import { Standing } from './standing.js';
import { answerWords, lagWords, standingOf, titleOf, visible, whatItReceives } from './webhook-words.js';
import { lastDeliveryQuery } from './webhooks-query.js';
import classes from './webhooks-table.module.css';

/** One webhook of the list. Its name leads to it, from everywhere in the row. */
export function WebhookRow({ webhook, head }: { webhook: WebhookEndpoint; head: string | undefined }) {
  const { id, url, description, types } = webhook;
  return (
    <tr className={classes.row}>
      <td className={classes.first} title={visible(url)}>
        <Link
          to="/webhooks/$webhookId"
          params={{ webhookId: id }}
          search={{}}
          className={classes.link}
          data-webhook
        >
          {titleOf(webhook)}
        </Link>
        {description !== undefined && <span className={classes.dim}> {visible(url)}</span>}
      </td>
      <td className={`${classes.wide} ${classes.dim}`} title={types?.join(', ')}>
        {whatItReceives(webhook)}
      </td>
      <td className={classes.second}>
        <LastDelivery webhook={webhook} />
      </td>
      <td className={`${classes.third} ${classes.dim}`}>{lagWords(webhook, head)}</td>
      <td className={classes.state}>
        <Standing of={standingOf(webhook)} />
      </td>
    </tr>
  );
}

/** The newest delivery: when, and what came of it. */
function LastDelivery({ webhook }: { webhook: WebhookEndpoint }) {
  const client = useClient();
  const { data: last } = useQuery(lastDeliveryQuery(client, webhook));
  if (last === undefined) return null;
  if (last === null) return <span className={classes.dim}>none in seven days</span>;
  const attempt = last.attempts.at(-1);
  return (
    <>
      <Moment at={attempt?.at ?? last.created_at} />
      <span className={classes.dim}>
        {' '}
        {last.event_type === 'webhook.test' && 'a test, '}
        {attempt ? answerWords(attempt) : last.status}
      </span>
    </>
  );
}
