/** Writes made-up users through the product, a hundred at a time. */
import { makePerson } from './people.mjs';

const BATCH = 100;

/** @param idOf the id of each; default the one that it has anyway. */
export async function writePeople(call, count, idOf) {
  for (let first = 0; first < count; first += BATCH) {
    const users = Array.from({ length: Math.min(BATCH, count - first) }, (_, index) => {
      const number = first + index;
      return makePerson(number, idOf && { id: idOf(number) });
    });
    await call('users.upsert', { users });
  }
}
