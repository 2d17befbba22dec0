import { Button } from '@mantine/core';
import { useState } from 'react';
import { PageState } from './page-state.js';

/** Part of the console did not come: the server is away, or has files of another version by now. */
export class PartNotLoaded extends Error {
  constructor(cause: unknown) {
    super('A part of the console could not be loaded.', { cause });
    this.name = 'PartNotLoaded';
  }
}

/** What browsers say when they cannot load a part of a program that is asked for later. */
const NOT_LOADED = /imported module|importing a module|unable to preload/i;

/** In place of a page that could not be loaded, or in which the console itself has made a mistake. */
export function PageFailed({ error }: { error: unknown }) {
  const [away, setAway] = useState(false);
  // A browser may remember that a part has failed: only a page that is loaded again asks for it again.
  const again = async () => {
    const answer = await fetch('/readyz').catch(() => undefined);
    if (answer?.ok) location.reload();
    else setAway(true);
  };
  const message = error instanceof Error ? error.message : String(error);
  const notLoaded = error instanceof PartNotLoaded || NOT_LOADED.test(message);
  return (
    <PageState isPage title={notLoaded ? 'This page could not be loaded' : 'The console has made a mistake'}>
      {notLoaded ? (
        <p>The server does not answer, or it has another version by now.</p>
      ) : (
        <p>
          It cannot show what its address or its data says. The other pages still work. Please report it with
          these words: <code>{message}</code>
        </p>
      )}
      {away && <p role="alert">The server does not answer yet.</p>}
      <Button onClick={() => void again()}>Load it again</Button>
      {!notLoaded && <a href={location.pathname}>Open it without its search and filter</a>}
    </PageState>
  );
}
