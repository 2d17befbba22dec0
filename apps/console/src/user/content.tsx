import type { User } from '@rollcall/client/server';
import { useQuery } from '@tanstack/react-query';
import { ErrorState } from '../frame/error-state.js';
import { useClient } from '../session/use-session.js';
import classes from './profile.module.css';

const EVERYTHING = { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' } as const;

/** How much each product holds of a user: what an erasure would reach. */
export function Content({ user: { id } }: { user: User }) {
  const client = useClient();
  const { data, error, refetch } = useQuery({
    queryKey: ['content', id],
    queryFn: () => client.previewDeleteUsers([id], EVERYTHING),
    staleTime: 0,
  });
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <p role="status">Counting…</p>;
  const counts = Object.entries(data.products).flatMap(([product, things]) =>
    Object.entries(things).map(([thing, count]) => ({ product, thing, count })),
  );
  if (counts.every(({ count }) => count === 0)) return <p>No product holds anything of this user.</p>;
  return (
    <dl className={classes.fields}>
      {counts.map(({ product, thing, count }) => (
        <div key={`${product} ${thing}`} style={{ display: 'contents' }}>
          <dt>
            {product}: {thing.replaceAll('_', ' ')}
          </dt>
          <dd>{count.toLocaleString('en')}</dd>
        </div>
      ))}
    </dl>
  );
}
