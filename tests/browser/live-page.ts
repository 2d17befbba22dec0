import { createClient } from '@rollcall/client';

/**
 * The page of the browser test: connects a user, watches another one, and shows what it hears. The test hands over the
 * address and the token.
 */
declare global {
  interface Window {
    begin(options: { url: string; token: string; userId: string; watch: string }): Promise<void>;
  }
}

window.begin = async ({ url, token, userId, watch }) => {
  const client = createClient<{ mood?: string }>({ url });
  client.connection.subscribe(({ status }) => show('connection', status));
  const me = await client.connectUser({ id: userId, name: 'Jane in the browser' }, token);
  show('me', `${me.id}: ${me.name}`);
  client.on('user.updated', event => {
    show('heard', `${event.user.id} is now ${event.user.name} and feels ${event.user.custom.mood}`);
  });
  await client.watchUsers([watch]);
  show('state', 'watching');
};

function show(id: string, text: string): void {
  const element = document.getElementById(id);
  if (element) element.textContent = text;
}
