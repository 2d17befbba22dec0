import './theme/mantine-styles.js';
import './theme/tokens.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { router } from './router.js';
import { cache } from './session/cache.js';
import { session } from './session/session.js';
import { watchSessionEnd } from './session/session-end.js';
import { cspNonce } from './theme/csp-nonce.js';
import { cssVariables, theme } from './theme/theme.js';

session.resume();
watchSessionEnd();

const nonce = cspNonce();
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        defaultColorScheme="auto"
        getStyleNonce={nonce === undefined ? undefined : () => nonce}
      >
        <QueryClientProvider client={cache}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
