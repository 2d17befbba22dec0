import { createUserLookup } from './user-lookup.js';

/** Makes a read that gathers, as the lookup of users does: all who ask while one read runs share the next. */
export function gathered<Value>(read: () => Promise<Value>): () => Promise<Value> {
  const lookUp = createUserLookup(async () => [{ id: 'it', value: await read() }]);
  return async () => {
    const found = await lookUp('it');
    if (!found) throw new Error('what was read is not there');
    return found.value;
  };
}
