import { fault } from './fault.js';

/**
 * Hands on the items of a stream, for as long as its signal lets it. A stream that ends by itself is a failure, too: nobody
 * would be told otherwise that what it brought is no longer kept up to date.
 */
export async function listen<Item>(
  stream: AsyncIterable<Item>,
  signal: AbortSignal,
  onItem: (item: Item) => void,
  onEnd: (error: unknown) => void,
): Promise<void> {
  try {
    for await (const item of stream) if (!signal.aborted) onItem(item);
    throw fault('UNAVAILABLE', 'the stream has ended');
  } catch (error) {
    if (!signal.aborted) onEnd(error);
  }
}
