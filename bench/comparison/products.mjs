/** The servers that are compared. Each file says how one of them is started, set up, written to, asked and listened to. */
import { directus } from './directus.mjs';
import { parseServer } from './parse-server.mjs';
import { rollcall } from './rollcall.mjs';

export const PRODUCTS = [rollcall('PostgreSQL'), rollcall('SQLite'), parseServer, directus];
