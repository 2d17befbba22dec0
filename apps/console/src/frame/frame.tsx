import { ActionIcon } from '@mantine/core';
import { IconLogout, IconSearch } from '@tabler/icons-react';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { session } from '../session/session.js';
import { useWriteRefusal } from '../session/use-session.js';
import { ColourScheme } from '../theme/colour-scheme.js';
import { useCommands, useKeys } from './commands.js';
import { ConnectionState } from './connection-state.js';
import classes from './frame.module.css';
import { Navigation } from './navigation.js';
import { Notices } from './notices.js';

const Palette = lazy(() => import('./palette.js').then(({ Palette }) => ({ default: Palette })));

/** What is on every page: where one can go, what the connection does, the palette, and who is signed in. */
export function Frame({ children }: { children: ReactNode }) {
  const [palette, setPalette] = useState(false);
  const refusal = useWriteRefusal();
  useKeys();
  useCommands([
    { label: 'Search or command', key: 'Mod+k', run: () => setPalette(open => !open) },
    { label: 'Sign out', run: () => session.end() },
  ]);
  return (
    <div className={classes.frame}>
      <header className={classes.bar}>
        <span className={classes.brand}>Rollcall</span>
        <button type="button" className={classes.search} onClick={() => setPalette(true)}>
          <IconSearch size={14} aria-hidden />
          <span>Search or command</span>
          <kbd>Ctrl K</kbd>
        </button>
        <span className={classes.grow} />
        {refusal !== undefined && (
          <span className={classes.readOnly} title={refusal}>
            Read only
          </span>
        )}
        <ConnectionState />
        <ColourScheme />
        <ActionIcon aria-label="Sign out" title="Sign out" onClick={() => session.end()}>
          <IconLogout size={16} />
        </ActionIcon>
      </header>
      <Navigation />
      <main className={classes.page}>{children}</main>
      <Notices />
      {palette && (
        <Suspense>
          <Palette onClose={() => setPalette(false)} />
        </Suspense>
      )}
    </div>
  );
}
