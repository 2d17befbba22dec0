import { readFileSync } from 'node:fs';
import { type Client, createClient } from '@rollcall/client';
import type { JsonValue, ServerClient } from '@rollcall/client/server';

type Person = { id: string; name: string; teams: string[]; custom: Record<string, unknown> };

const PEOPLE = readFileSync(new URL('../../samples/users.ndjson', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map(line => JSON.parse(line) as Person);

/** So many people are connected. */
const CONNECTED = 60;

const VISITORS = 20_000;

/** The people of the pictures: every machine can draw what is written of them. */
export const DRAWABLE = PEOPLE.filter(({ name, custom }) =>
  /^[\p{Script=Latin}\s.'’-]+$/u.test([name, ...(custom.tags as string[])].join(' ')),
);

/** What goes on in an installation that somebody uses. */
export interface BusyInstallation {
  /** Somebody with a history, a ban, devices and custom data. */
  readonly person: Person;
  /** Writes a little, now and then, until it is ended. */
  end(): Promise<void>;
}

/** Fills an installation with made-up people, and lets some of them be there and change. */
export async function fillInstallation(backEnd: ServerClient, url: string): Promise<BusyInstallation> {
  await backEnd.updateAppSettings({ indexed_custom_fields: ['plan', 'age'] });
  await backEnd.importUsers(PEOPLE as never);
  await backEnd.importUsers(visitors());
  await backEnd.createRole('moderator');
  const [person, ...others] = DRAWABLE as [Person, ...Person[]];
  await giveHistory(backEnd, person, others);
  const clients = await Promise.all(others.slice(0, CONNECTED).map(({ id }) => connect(backEnd, url, id)));
  const writing = setInterval(() => {
    const one = others[Math.floor(Math.random() * others.length)] as Person;
    void write(backEnd, one.id).catch(() => {});
  }, 120);
  return {
    person,
    end: async () => {
      clearInterval(writing);
      await Promise.all(clients.map(client => client.disconnectUser()));
    },
  };
}

/** People of whom little is known, and many enough that a task has something to do. */
function* visitors() {
  for (let number = 1; number <= VISITORS; number++)
    yield { id: `visitor-${number}`, name: `Visitor ${number}`, role: 'guest' };
}

/** One of the things that happen all day. */
async function write(backEnd: ServerClient, id: string): Promise<void> {
  const any = <Thing>(things: readonly Thing[]) => things[Math.floor(Math.random() * things.length)] as Thing;
  const changes: (Record<string, JsonValue> | undefined)[] = [
    { age: 18 + Math.floor(Math.random() * 60) },
    { plan: any(['free', 'plus', 'team']) },
    { teams: [any(['berlin', 'design', 'finance']), any(['research', 'sales', 'support'])] },
    { 'address.city': any(['Lyon', 'Köln', 'Málaga', 'Gdańsk']) },
    undefined,
  ];
  const set = any(changes);
  if (set) await backEnd.partialUpdateUser({ id, set });
  else {
    await backEnd.banUser(id, { reason: 'Spam', timeout: 5 });
    await backEnd.unbanUser(id);
  }
}

async function giveHistory(backEnd: ServerClient, person: Person, others: readonly Person[]): Promise<void> {
  const { id } = person;
  await backEnd.partialUpdateUser({ id, set: { plan: 'plus', 'address.city': 'Lyon' } });
  await backEnd.partialUpdateUser({ id, set: { role: 'moderator', teams: ['support', 'moderation'] } });
  await backEnd.partialUpdateUser({ id, set: { age: 31 }, unset: ['tags'] });
  await backEnd.banUser(id, { reason: 'Sent links that nobody had asked for', timeout: 90 });
  await backEnd.deactivateUsers(others.slice(-12).map(one => one.id));
  const { task_id } = await backEnd.deleteUsers(
    others.slice(-20, -14).map(one => one.id),
    { user: 'soft' },
  );
  await backEnd.waitForTask(task_id);
}

async function connect(backEnd: ServerClient, url: string, id: string): Promise<Client> {
  const client = createClient({ url });
  await client.connectUser({ id }, await backEnd.createToken(id));
  return client;
}
