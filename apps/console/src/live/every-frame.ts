/** Collects items and hands them over together, once a frame; once a second while nobody sees the page. */
export function everyFrame<Item>(take: (items: readonly Item[]) => void): (item: Item) => void {
  let waiting: Item[] = [];
  const flush = () => {
    const items = waiting;
    waiting = [];
    take(items);
  };
  return item => {
    waiting.push(item);
    if (waiting.length > 1) return;
    if (document.visibilityState === 'visible') requestAnimationFrame(flush);
    else setTimeout(flush, 1000);
  };
}
