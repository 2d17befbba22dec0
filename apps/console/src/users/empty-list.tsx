import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { PageState } from '../frame/page-state.js';

const FIRST_USERS = `import { createServerClient } from '@rollcall/client/server';
const server = createServerClient({ url: '${location.origin}', secret: process.env.ROLLCALL_SECRET });
await server.upsertUsers([{ id: 'jane', name: 'Jane Doe', role: 'admin' }, { id: 'john', name: 'John' }]);`;

/** Nobody is here: either nobody matches, or there is nobody yet. */
export function EmptyList({ filtered, onClear }: { filtered: boolean; onClear(): void }) {
  if (filtered) {
    return (
      <PageState title="Nobody matches">
        <p>Another word, or fewer conditions, may find somebody. Deactivated users are under Columns.</p>
        <Button variant="default" onClick={onClear}>
          Clear search and filter
        </Button>
      </PageState>
    );
  }
  return (
    <PageState title="There are no users yet">
      <p>These three lines on your back end make the first two. They appear here at once.</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: Long lines scroll, and keys have to reach them. */}
      <pre tabIndex={0}>{FIRST_USERS}</pre>
      <p>
        Or <Link to="/import">import a file</Link>: drop it here.
      </p>
    </PageState>
  );
}
