import classes from './list-skeleton.module.css';

const ROWS = Array.from({ length: 12 }, (_, index) => index);

/** The shape of the rows that are coming. */
export function ListSkeleton({ of = 'users' }: { of?: string }) {
  return (
    <div className={classes.skeleton} role="status" aria-label={`Reading ${of}`}>
      {ROWS.map(row => (
        <div key={row} className={classes.row}>
          <span />
          <span />
          <span />
        </div>
      ))}
    </div>
  );
}
