import { RollcallError } from '@rollcall/protocol';

/** Where a server is reached. */
export interface ServerUrls {
  /** tRPC over HTTP, and over SSE. */
  http: string;
  /** tRPC over WebSocket. */
  webSocket: string;
}

/**
 * Derives the addresses of tRPC from the address of a server, such as `https://users.example.com`.
 * @throws RollcallError `INPUT_INVALID` when it is no http or https URL.
 */
export function serverUrls(url: string): ServerUrls {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    throw new RollcallError(
      'INPUT_INVALID',
      `url: the address of a server is an http or https URL; it is "${url}"`,
      {
        field: 'url',
      },
    );
  }
  // A query or fragment would end up in the middle of the path of every call.
  const http = `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}/trpc`;
  return { http, webSocket: http.replace(/^http/, 'ws') };
}
