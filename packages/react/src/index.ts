export type { Client } from '@rollcall/client';
