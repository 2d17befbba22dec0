import { useConnection } from '@rollcall/react';

const WORDS = {
  connecting: 'Connecting …',
  connected: 'Live',
  reconnecting: 'The connection is lost. What you see may be old.',
  offline: 'You are offline. What you see may be old.',
  disconnected: 'Not connected',
};

/** How the connection is. A lost one comes back by itself; only a refusal needs a click. */
export function ConnectionLine() {
  const { status, waitsFor, error, reconnect } = useConnection();
  const refused = status === 'disconnected' && error;
  return (
    <div className="connection" data-status={status}>
      <p role="status">{refused || waitsFor ? (error?.message ?? WORDS[status]) : WORDS[status]}</p>
      {refused && (
        <button type="button" onClick={reconnect}>
          Try again
        </button>
      )}
    </div>
  );
}
