/** What the browser runs: it takes the page over from the server, as it is, and goes live. */
import { createClient } from '@rollcall/client';
import { hydrateRoot } from 'react-dom/client';
import { FIRST_ID, type First } from './first.js';
import { Page } from './page.js';

const first = JSON.parse(document.getElementById(FIRST_ID)?.textContent ?? '') as First;

hydrateRoot(document, <Page client={createClient({ url: first.url })} first={first} />);
