import { createBrowserHistory } from '@tanstack/react-router';

/** A server reads 16 KiB of headers, with the address among them. */
const MOST_SENT = 4_000;

/**
 * The address of a view. What is too long for a server stands behind `#?`, which a browser keeps to itself: a filter of a
 * thousand ids is read again after a reload, and from a link in a chat.
 */
export function addressOf(path: string): string {
  const at = path.indexOf('?');
  return at === -1 || path.length <= MOST_SENT ? path : `${path.slice(0, at)}#${path.slice(at)}`;
}

/** What the address of a view says behind its path, wherever it stands. */
export function searchIn({ search, hash }: Pick<Location, 'search' | 'hash'>): string {
  return search === '' && hash.startsWith('#?') ? hash.slice(1) : search;
}

/** The history of the browser, with addresses of any length. */
export function longHistory() {
  return createBrowserHistory({
    createHref: addressOf,
    parseLocation: () => {
      const { pathname } = location;
      const search = searchIn(location);
      // Somebody who changes the address behind its # by hand leaves no state.
      const state = history.state ?? { __TSR_index: 0, key: '', __TSR_key: '' };
      return { href: pathname + search, pathname, search, hash: '', state };
    },
  });
}
