import { Button } from '@mantine/core';
import { PageState } from './page-state.js';

/** What stands in place of a page that broke. The others still work. */
export function BrokenPage({ error }: { error: unknown }) {
  // What is loaded when it is opened: the server is away, or has become another version.
  const message = error instanceof Error ? error.message : String(error);
  const isPart = /imported module|importing a module|unable to preload/i.test(message);
  return (
    <PageState isPage title={isPart ? 'A part of this page could not be loaded' : 'This page broke'}>
      <p role="alert">
        {isPart ? (
          'The server does not answer, or has been upgraded since this page was opened.'
        ) : (
          <>
            It cannot show what its address or its data says. The other pages still work.{' '}
            <code>{message}</code>
          </>
        )}
      </p>
      <Button onClick={() => location.reload()}>Load the page again</Button>
      {!isPart && <a href={location.pathname}>Open it without its search and filter</a>}
    </PageState>
  );
}
