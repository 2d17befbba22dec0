import { RollcallError } from '@rollcall/protocol';

/** The addresses of a server. */
export interface ServerUrls {
  /** tRPC over HTTP, and over SSE. */
  http: string;
  /** tRPC over WebSocket. */
  webSocket: string;
}

/**
 * Derives the addresses of tRPC from the address of a server, such as `https://users.example.com`.
 * @throws RollcallError `INPUT_INVALID` if it is not an http or https URL.
 */
export function serverUrls(url: string): ServerUrls {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    throw new RollcallError(
      'INPUT_INVALID',
      `url: the address of a server must be an http or https URL; "${url}" is not one`,
      {
        field: 'url',
      },
    );
  }
  const http = addressOn(url, '/trpc');
  return { http, webSocket: http.replace(/^http/, 'ws') };
}

/** The address of a path on a server. The server itself may lie below a path. @param url a valid address. */
export function addressOn(url: string, path: string): string {
  const { origin, pathname } = new URL(url);
  // A query or a fragment would end up in the middle of the path of every call.
  return `${origin}${pathname.replace(/\/+$/, '')}${path}`;
}
