/** What the URL of a request asks for. */
export interface AskedCalls {
  /** The procedures as the caller wrote them, and each one of a batch. Nobody has looked yet whether they exist. */
  names: string[];
  isBatch: boolean;
  query: URLSearchParams;
}

/**
 * Reads the URL of a request, as tRPC does.
 * @param procedure the path of the request after `/trpc/`.
 * @param mostNames how many names are worth taking apart.
 */
export function askedCalls(
  { procedure, url }: { procedure: string; url: string | undefined },
  mostNames: number,
): AskedCalls {
  const path = decoded(procedure);
  // What follows a # belongs to no query.
  const query = new URLSearchParams(url?.split('#', 1)[0]?.split('?').slice(1).join('?'));
  const isBatch = query.get('batch') === '1';
  return { names: isBatch ? path.split(',', mostNames) : [path], isBatch, query };
}

function decoded(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}
