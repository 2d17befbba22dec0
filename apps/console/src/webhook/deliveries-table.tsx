import type { WebhookDelivery } from '@rollcall/client/server';
import { Link } from '@tanstack/react-router';
import { Moment } from '../frame/moment.js';
import { Standing } from '../webhooks/standing.js';
import type { WebhookSearch } from '../webhooks/webhook-search.js';
import { answerWords, deliveryStanding } from '../webhooks/webhook-words.js';
import classes from '../webhooks/webhooks-table.module.css';
import own from './deliveries-table.module.css';
import { NextTry } from './next-try.js';

const HEADINGS = ['What', 'About', 'Number', 'Tries', 'Last answer', 'When', 'State'];

interface DeliveriesTableProps {
  webhookId: string;
  deliveries: readonly WebhookDelivery[];
  search: WebhookSearch;
  stale: boolean;
}

/** A page of deliveries, newest first. */
export function DeliveriesTable({ webhookId, deliveries, search, stale }: DeliveriesTableProps) {
  return (
    <table className={`${classes.table} ${own.table}`} aria-label="Deliveries" aria-busy={stale}>
      <thead>
        <tr>
          {HEADINGS.map(heading => (
            <th key={heading} scope="col">
              {heading}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {deliveries.map(one => (
          <DeliveryRow key={one.id} webhookId={webhookId} delivery={one} search={search} />
        ))}
      </tbody>
    </table>
  );
}

interface DeliveryRowProps {
  webhookId: string;
  delivery: WebhookDelivery;
  search: WebhookSearch;
}

/** One delivery. Its name leads to it, from everywhere in the row. */
function DeliveryRow({ webhookId, delivery, search }: DeliveryRowProps) {
  const { id, event_type, user_id, sequence, attempt, attempts, next_attempt_at, created_at } = delivery;
  const last = attempts.at(-1);
  return (
    <tr className={classes.row} aria-current={search.delivery === id ? 'true' : undefined}>
      <td className={classes.first}>
        <Link
          to="/webhooks/$webhookId"
          params={{ webhookId }}
          search={{ ...search, delivery: id }}
          className={classes.link}
          data-delivery
        >
          {event_type}
        </Link>
        {user_id !== undefined && <span className={`${classes.narrow} ${classes.dim}`}> {user_id}</span>}
      </td>
      <td className={classes.wide}>{user_id}</td>
      <td className={`${classes.wide} ${classes.dim}`}>{sequence?.toLocaleString('en')}</td>
      <td className={`${classes.wide} ${classes.dim}`}>{attempt}</td>
      <td className={classes.second} title={last && answerWords(last)}>
        {last && answerWords(last)}
      </td>
      <td className={`${classes.third} ${classes.dim}`}>
        {next_attempt_at !== undefined ? (
          <NextTry at={next_attempt_at} />
        ) : (
          <Moment at={last?.at ?? created_at} />
        )}
      </td>
      <td className={classes.state}>
        <Standing of={deliveryStanding(delivery)} />
      </td>
    </tr>
  );
}
