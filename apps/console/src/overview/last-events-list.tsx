import type { RollcallEvent } from '@rollcall/client/server';
import { Link } from '@tanstack/react-router';
import { Moment } from '../frame/moment.js';
import { actorOf, subjectOf } from './event-words.js';
import parts from './parts.module.css';
import { useLastEvents } from './use-last-events.js';

/** The last ten events, live: what happened, to whom, by whom, when. */
export function LastEvents() {
  const { events, error } = useLastEvents();
  return (
    <section className={parts.part} aria-labelledby="events">
      <h2 id="events" className={parts.title}>
        <Link to="/events">Last events</Link>
      </h2>
      {error && <p role="alert">The log could not be read: {error.message}</p>}
      {events?.length === 0 && !error && (
        <p className={parts.dim}>The log has none to show. What happens from now on appears here.</p>
      )}
      <ol className={parts.rows}>
        {events?.map(event => (
          <EventRow key={event.id} event={event} />
        ))}
      </ol>
    </section>
  );
}

function EventRow({ event }: { event: RollcallEvent }) {
  const subject = subjectOf(event);
  return (
    <li className={parts.row}>
      <code>{event.type}</code>
      <span className={parts.about}>
        {'user' in event ? (
          <Link to="/users/$userId" params={{ userId: event.user.id }} title={event.user.id}>
            {subject}
          </Link>
        ) : (
          subject
        )}
        <span className={parts.dim}> by {actorOf(event)}</span>
      </span>
      <span className={parts.time}>
        <Moment at={event.created_at} />
      </span>
    </li>
  );
}
