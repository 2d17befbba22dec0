import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { LiveProvider } from '../live/live-context.js';
import { useSessionState } from '../session/use-session.js';
import { Frame } from './frame.js';

const SignInPage = lazy(() =>
  import('../session/sign-in-page.js').then(({ SignInPage }) => ({ default: SignInPage })),
);

/** The whole page: the frame for those who are signed in, the way in for everybody else, at every address. */
export function Console() {
  const state = useSessionState();
  if (state.status === 'out') {
    return (
      <Suspense>
        <SignInPage notice={state.notice} />
      </Suspense>
    );
  }
  return (
    <LiveProvider>
      <Frame>
        <Outlet />
      </Frame>
    </LiveProvider>
  );
}
