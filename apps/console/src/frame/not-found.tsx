import { Link } from '@tanstack/react-router';
import { PageState } from './page-state.js';

/** An address that leads nowhere. */
export function NotFound() {
  return (
    <PageState isPage title="There is no such page">
      <p>The address may be mistyped, or of another version of Rollcall.</p>
      <Link to="/users">Go to the users</Link>
    </PageState>
  );
}
