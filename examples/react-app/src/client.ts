import { createClient } from '@rollcall/client';

/** What people say of themselves beside their names. */
interface Custom {
  doing?: string;
}

/** Made once and outside of components, so that a component that is edited keeps the connection. */
export const client = createClient<Custom>({
  url: import.meta.env.ROLLCALL_URL ?? 'http://localhost:4600',
});

/** Tells all hooks what the custom data of this app is. */
declare module '@rollcall/react' {
  interface Register {
    client: typeof client;
  }
}
