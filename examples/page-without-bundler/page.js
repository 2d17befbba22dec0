/** The page: it connects a visitor as a guest, and shows everybody, who is there, and every change as it happens. */
import { createClient } from '@rollcall/client';

const client = createClient({ url: await (await fetch('/rollcall-url')).text() });
const form = element('enter');
const list = element('people');

client.connection.subscribe(({ status }) => {
  element('state').textContent = status;
});

/** Who is there, by id. It is known before the names are, and of users who are not in the list any more. */
const online = new Map();

// The first state of each user, and then every change. The last one is valid.
client.on('user.presence.changed', ({ user }) => {
  online.set(user.id, user.online);
  const line = findLine(user.id);
  if (line) line.dataset.online = String(user.online);
});

form.onsubmit = async submitted => {
  submitted.preventDefault();
  const name = /** @type {HTMLInputElement} */ (element('name')).value;
  try {
    // Who has signed in connects as a user instead: client.connectUser({ id, name }, fetchToken)
    await client.setGuestUser({ name });
    form.hidden = true;
    await showEverybody();
  } catch (error) {
    element('state').textContent = error instanceof Error ? error.message : String(error);
  }
};

/** Shows the 100 users who came last, and follows everybody from then on. @returns {Promise<void>} */
async function showEverybody() {
  // The stream begins before the query, so that nobody comes between the two.
  const events = client.watchEvents({ filter: {} });
  await events.ready;
  const newestFirst = [{ field: 'created_at', direction: /** @type {const} */ (-1) }];
  const { users } = await client.queryUsers({}, newestFirst, { limit: 100, presence: true });
  for (const user of users) showName(user);
  for await (const event of events) {
    if (event.type === 'resync') {
      // Too long away to hear what happened: begin again.
      list.replaceChildren();
      return showEverybody();
    }
    if (!('user' in event) || !('matched' in event)) continue;
    // Who is deactivated or deleted matches no query any more.
    if (event.matched?.after === false) findLine(event.user.id)?.remove();
    else showName(event.user);
    if (event.type === 'user.created') await client.watchUsers([event.user.id], { presence: true });
  }
}

/** @param {{ id: string, name?: string }} user */
function showName({ id, name }) {
  // As text, never as HTML: people choose their names.
  const line = findLine(id) ?? document.createElement('li');
  line.textContent = name ?? id;
  line.dataset.id = id;
  line.dataset.online = String(online.get(id) ?? false);
  // Where it is in the list already, it stays at its place.
  if (!line.isConnected) list.append(line);
}

/** The line of a user, if there is one. @param {string} id */
function findLine(id) {
  return /** @type {HTMLElement[]} */ ([...list.children]).find(line => line.dataset.id === id);
}

/** @param {string} id @returns {HTMLElement} */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element ${id}`);
  return found;
}
