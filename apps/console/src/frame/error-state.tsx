import { Button } from '@mantine/core';
import type { RollcallError } from '@rollcall/client/server';
import { session } from '../session/session.js';
import { PageState } from './page-state.js';

/** What went wrong with reading a page, and what to do: for an error, a network that is away, and a refusal. */
export function ErrorState({ error, onRetry }: { error: Error; onRetry(): void }) {
  const { code, message } = error as RollcallError;
  const again = <Button onClick={onRetry}>Try again</Button>;
  if (!navigator.onLine) {
    return (
      <PageState title="You are offline">
        <p>This browser has no network. The page goes on by itself when it is back.</p>
        {again}
      </PageState>
    );
  }
  if (code === 'UNAVAILABLE') {
    return (
      <PageState title="The server does not answer">
        <p>It may be restarting. If it stays away, look at its log.</p>
        {again}
      </PageState>
    );
  }
  if (code === 'NOT_ALLOWED') {
    return (
      <PageState title="Your token may not see this">
        <p>{message}</p>
        <Button variant="default" onClick={() => session.end()}>
          Sign in with another token
        </Button>
      </PageState>
    );
  }
  return (
    <PageState title="The server refused this">
      <p role="alert">
        {message} <code>{code}</code>
      </p>
      {again}
    </PageState>
  );
}
