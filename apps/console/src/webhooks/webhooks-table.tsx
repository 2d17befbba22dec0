import { WebhookRow } from './webhook-row.js';
import type { WebhookList } from './webhooks-query.js';
import classes from './webhooks-table.module.css';

const HEADINGS = ['Where to', 'Receives', 'Last delivery', 'Not sent yet', 'State'];

/** All webhooks, oldest first. */
export function WebhooksTable({ list: { webhooks, head } }: { list: WebhookList }) {
  return (
    <table className={classes.table} aria-label="Webhooks">
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
        {webhooks.map(webhook => (
          <WebhookRow key={webhook.id} webhook={webhook} head={head} />
        ))}
      </tbody>
    </table>
  );
}
