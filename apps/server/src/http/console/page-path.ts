/** The longest id of a user, with each character encoded, and what stands around it. */
const MAX_LENGTH = 1024;

/** What stands in a path as it is, and what is encoded (RFC 3986, section 3.3). */
const SEGMENT = /^(?:[\w.~!$&'()*+,;=:@|-]|%[0-9a-f]{2})+$/i;

/**
 * Whether the console has a page at a path. Only paths whose first segment the console names are its pages: what is
 * mistyped, or asked for by somebody who tries paths, is answered with 404 like everything that is not there.
 */
export function isPagePath(path: string, pages: ReadonlySet<string>): boolean {
  if (path === '/') return true;
  if (path.length > MAX_LENGTH) return false;
  const [root, first = '', ...rest] = path.replace(/\/$/, '').split('/');
  return root === '' && pages.has(first) && rest.every(isPlainSegment);
}

/** Whether a segment is what it seems to be: nothing in it becomes another segment when somebody decodes it. */
function isPlainSegment(segment: string): boolean {
  if (!SEGMENT.test(segment)) return false;
  try {
    const text = decodeURIComponent(segment);
    return !/^\.{1,2}$|[/\\]|\p{Cc}/u.test(text);
  } catch {
    return false;
  }
}
