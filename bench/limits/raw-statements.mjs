/** The statements with which the raw drivers write what the product writes: users, their events, the counter. */

const EVENT_COLUMNS = ['type', 'at', 'actor_type', 'actor_id', 'user_id', 'data'];

/** @param place gives the text of the nth parameter. */
const rowsOf = (rows, width, place) =>
  Array.from({ length: rows }, (_, row) => {
    const places = Array.from({ length: width }, (_, column) => place(row * width + column + 1));
    return `(${places.join(', ')})`;
  }).join(', ');

/** One statement that writes `rows` users. With `update`, users who exist already get the new values. */
export function usersStatement({ columns, rows, update, place }) {
  const values = rowsOf(rows, columns.length, place);
  const replaced = columns.filter(name => name !== 'id').map(name => `${name} = excluded.${name}`);
  const conflict = update ? ` ON CONFLICT (id) DO UPDATE SET ${replaced.join(', ')}` : '';
  return `INSERT INTO users (${columns.join(', ')}) VALUES ${values}${conflict}`;
}

/** One statement that writes `rows` events. */
export const eventsStatement = ({ rows, place }) =>
  `INSERT INTO events (seq, ${EVENT_COLUMNS.join(', ')}) VALUES ${rowsOf(rows, EVENT_COLUMNS.length + 1, place)}`;

/** The cells of the events, in the order of the statement, from position `first` on. */
export const eventCells = (events, first) =>
  events.flatMap((event, index) => [first + index, ...EVENT_COLUMNS.map(name => event[name])]);
