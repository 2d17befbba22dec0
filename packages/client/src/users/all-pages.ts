/**
 * Reads one page after the other, and hands out the items one by one. Stopping early reads no further page.
 * @param read reads the page that a cursor names; the first one without.
 */
export async function* allPages<Item>(
  read: (next: string | undefined) => Promise<{ items: Item[]; next?: string }>,
): AsyncGenerator<Item, void, undefined> {
  let next: string | undefined;
  do {
    const page = await read(next);
    yield* page.items;
    next = page.next;
  } while (next !== undefined);
}
