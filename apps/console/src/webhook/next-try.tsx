import { Moment } from '../frame/moment.js';

const MINUTE_MS = 60_000;

/** When a delivery is tried next. */
export function NextTry({ at }: { at: number }) {
  const inMs = at - Date.now();
  if (inMs <= 0) return 'next try now';
  if (inMs < MINUTE_MS) return 'next try within a minute';
  return (
    <>
      next try <Moment at={at} />
    </>
  );
}
