/** Renders pages and sends them. */
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { createClient } from '@rollcall/client';
import type { ReactNode } from 'react';
import { renderToPipeableStream } from 'react-dom/server';
import { type First, NEWEST_FIRST, PAGE_SIZE } from './first.js';
import { Page } from './page.js';
import { clientOf } from './rollcall.js';
import { ROLLCALL_PUBLIC_URL } from './settings.js';
import { SignInPage } from './sign-in-page.js';

/** The page of somebody who has signed in, with the users that this person may see. */
export async function sendPage(response: ServerResponse, readerId: string): Promise<void> {
  // Both clients are made for this request. What one reader sees never meets another.
  const reader = await clientOf(readerId);
  // Read before it is rendered: what React adds to a page later needs a script to find its place.
  const [mine, { users }] = await Promise.all([
    reader.queryUsers({ id: readerId }),
    reader.queryUsers({}, NEWEST_FIRST, { limit: PAGE_SIZE }),
  ]);
  const [me] = mine.users;
  if (!me) throw new Error(`there is no user ${readerId}`);
  const first: First = { url: ROLLCALL_PUBLIC_URL, me, users };
  // This one opens nothing: on a server no effect of React runs, and the provider connects in one.
  send(response, <Page client={createClient({ url: first.url })} first={first} />, ['/browser.js']);
}

/** The page of everybody else. */
export function sendSignInPage(response: ServerResponse): void {
  send(response, <SignInPage />, []);
}

const socketUrl = ROLLCALL_PUBLIC_URL.replace(/^http/, 'ws');

function send(response: ServerResponse, page: ReactNode, scripts: string[]): void {
  // Only the script with the nonce of this answer runs, whatever else somebody gets into the page.
  const nonce = randomBytes(16).toString('base64');
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  response.setHeader(
    'content-security-policy',
    [
      "default-src 'none'",
      `script-src 'nonce-${nonce}'`,
      "style-src 'self'",
      'img-src data:',
      `connect-src 'self' ${ROLLCALL_PUBLIC_URL} ${socketUrl}`,
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  );
  const { pipe } = renderToPipeableStream(page, {
    nonce,
    bootstrapModules: scripts,
    onAllReady: () => pipe(response),
    onShellError: () => response.writeHead(500).end('The page cannot be shown.'),
  });
}
