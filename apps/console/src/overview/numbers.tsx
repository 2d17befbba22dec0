import type { ReactNode } from 'react';
import { amountOf, rateOf } from './amounts.js';
import classes from './numbers.module.css';
import type { OverviewNow } from './overview-query.js';
import { SmallLine } from './small-line.js';

/** The four numbers, each with a small line behind it. */
export function Numbers({ now: { overview, online } }: { now: OverviewNow }) {
  const { users, created, process } = overview;
  const today = created.at(-1);
  return (
    <dl className={classes.numbers}>
      <Amount
        label="Users"
        amount={amountOf(users)}
        note={`${users.estimate === undefined ? '' : 'deleted ones included; '}${today ? amountOf(today) : 'none'} new today`}
        line={<SmallLine values={created.map(({ count }) => count)} label="New users a day, of 30 days" />}
        of="new ones a day, 30 days"
      />
      <Amount
        label="Online now"
        amount={amountOf(overview.online)}
        note="invisible ones too"
        line={<SmallLine values={online} label="Users online, since this page was opened" />}
        of="since this page was opened"
      />
      <Amount
        label="Events a second"
        amount={rateOf(process.events_per_second)}
        note="written by the process that answers"
        line={<SmallLine values={process.events} label="Events a second, of the last minute" />}
        of="the last minute"
      />
      <Amount
        label="Calls a second"
        amount={rateOf(process.calls_per_second)}
        note="taken by the process that answers"
        line={<SmallLine values={process.calls} label="Calls a second, of the last minute" />}
        of="the last minute"
      />
    </dl>
  );
}

interface AmountProps {
  label: string;
  amount: string;
  note: string;
  line: ReactNode;
  /** What the line shows. */
  of: string;
}

function Amount({ label, amount, note, line, of }: AmountProps) {
  return (
    <div className={classes.amount}>
      <dt>{label}</dt>
      <dd className={classes.value}>{amount}</dd>
      <dd className={classes.note}>{note}</dd>
      <dd className={classes.line}>
        {line}
        <span>{of}</span>
      </dd>
    </div>
  );
}
