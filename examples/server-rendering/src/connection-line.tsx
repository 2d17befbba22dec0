import { useConnection } from '@rollcall/react';

/** Says whether the page is live. The server renders that it is not. */
export function ConnectionLine() {
  const { status, error } = useConnection();
  return (
    <p role="status">
      {status === 'connected' ? 'Live' : (error?.message ?? 'As it was when the page was made')}
    </p>
  );
}
