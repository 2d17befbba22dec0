/** What the browser tests of @rollcall/react let a page show. */
import type { Client, RollcallError, SortKey, User } from '@rollcall/client';
import {
  useAction,
  useEvents,
  useMe,
  usePresence,
  useRollcall,
  useTask,
  useUser,
  useUsers,
} from '@rollcall/react';
import { RollcallDevtools } from '@rollcall/react/devtools';
import { memo, Suspense, useEffect, useState } from 'react';
import { count, said, Text } from './react-parts.js';
import { Boundary, Patient, PatientList } from './react-waiting.js';

/** What a test asks for. */
export interface Stage {
  url: string;
  scene: keyof typeof SCENES;
  /** The user and its token; `delayMs` makes the provider slow. */
  user?: { id: string; name?: string } | null;
  token?: string;
  delayMs?: number;
  anonymous?: true;
  /** A server token: the client is that of a back end. */
  server?: string;
  /** For the scene. */
  ids?: string[];
  filter?: object;
  sort?: object[];
  limit?: number;
  /** Another one mounts everything anew in the same moment. */
  mount?: string;
  /** Effects run once, as they do for visitors. */
  once?: true;
  /** A second provider of the same client, beside the first. */
  beside?: { user: { id: string }; token: string };
}

function Me() {
  const me = useMe<{ mood?: string }>();
  count('me');
  window.act.amOnline = () => me.data?.online;
  window.act.update = (update: object) =>
    me.update(update).then(
      user => user.name,
      (error: RollcallError) => error.code,
    );
  return <Text id="me">{said(me, `${me.data?.name} ${me.data?.custom.mood ?? ''}`.trim())}</Text>;
}

function OneUser({ id }: { id: string }) {
  const user = useUser<{ mood?: string }>(id);
  count(id);
  window.notes.push(`${id} ${user.status} ${user.data?.name}`);
  return (
    <Text id={`user-${id}`}>{said(user, `${user.data?.name} ${user.data?.custom.mood ?? ''}`.trim())}</Text>
  );
}

function NameOf({ id }: { id: string }) {
  const name = useUser(id, user => user.name ?? '');
  count(`name of ${id}`);
  return <Text id={`name-${id}`}>{said(name, name.data)}</Text>;
}

const UserRow = memo(({ user, left }: { user: User; left: boolean }) => {
  count('row');
  count(`row ${user.id}`);
  return (
    <li>
      {user.id}
      {user.name ? ` ${user.name}` : ''}
      {user.online ? ' online' : ''}
      {left ? ' left' : ''}
    </li>
  );
});

function List({ filter, sort, limit, presence }: Stage & { presence?: boolean }) {
  // Written anew with every render, as one does.
  const list = useUsers({ ...filter }, [...((sort ?? []) as SortKey[])], { limit: limit ?? 30, presence });
  count('list');
  Object.assign(window.act, { loadMore: list.loadMore, showNew: list.showNew, reload: list.reload });
  return (
    <>
      <Text id="list-status">
        {list.status} {list.error?.code}
      </Text>
      <Text id="new">{list.data?.newCount ?? ''}</Text>
      <Text id="more">{String(list.data?.hasMore ?? '')}</Text>
      <ul id="rows">
        {list.data?.users.map(user => (
          <UserRow key={user.id} user={user} left={list.data?.left.has(user.id) ?? false} />
        ))}
      </ul>
    </>
  );
}

/** A list that its parent renders again and again. */
function RestlessList(stage: Stage) {
  const [times, again] = useState(0);
  window.act.again = () => again(before => before + 1);
  return (
    <>
      <Text id="times">{times}</Text>
      <List {...stage} />
    </>
  );
}

function Online({ ids = [] }: Stage) {
  const presence = usePresence(ids);
  window.act.reload = presence.reload;
  return (
    <Text id="online">{said(presence, ids.map(id => (presence.data?.[id]?.online ? 1 : 0)).join(''))}</Text>
  );
}

function OneTask({ ids = [] }: Stage) {
  const task = useTask(ids[0] ?? '');
  return <Text id="task">{said(task, task.data?.status)}</Text>;
}

/** Parts that are made anew with every look at the user. */
function Parts({ id }: { id: string }) {
  const object = useUser(id, ({ name, teams }) => ({ name, teams: teams?.length }));
  const list = useUser(id, ({ name }) => [name]);
  count(`parts of ${id}`);
  return (
    <Text id="parts">
      {said(object, `${object.data?.name} ${list.data?.[0]}`)} <Deep id={id} />
    </Text>
  );
}

function Deep({ id }: { id: string }) {
  return useUser(id, ({ name }) => ({ inner: { name } })).data?.inner.name;
}

/** Begins an action as soon as it is mounted, before the provider has connected. */
function AtOnce() {
  const action = useAction(async () => 'there');
  const { run } = action;
  useEffect(() => {
    run();
  }, [run]);
  return <Text id="action">{said(action, action.data)}</Text>;
}

/** An action that ends when the test says so. */
function Held() {
  const action = useAction(
    (answer: string) => new Promise<string>(resolve => held.push(() => resolve(answer))),
  );
  window.act.run = (answer: string) => void action.run(answer);
  window.act.answer = () => held.shift()?.();
  return <Text id="action">{said(action, action.data)}</Text>;
}

const held: (() => void)[] = [];

/** One handler that fails, and one beside it. */
function Throws() {
  useEvents('user.updated', () => {
    throw new Error('of the page');
  });
  return <Listener />;
}

/** Notes every event with the number of the render whose handler got it. */
function Listener() {
  const [times, again] = useState(0);
  window.act.again = () => again(before => before + 1);
  useEvents('user.updated', event => {
    window.notes.push({ times, name: event.user.name, at: Date.now() });
  });
  return <Text id="times">{times}</Text>;
}

function Slow() {
  const client = useRollcall<Client>();
  const ask = useAction(async (id: string) => (await client.queryUsers({ id })).users[0]?.name ?? 'nobody');
  window.act.run = ask.run;
  return <Text id="action">{said(ask, ask.data)}</Text>;
}

const each = ({ ids = [] }: Stage) => ids.map(id => <OneUser key={id} id={id} />);

/** By name: what the page shows. */
export const SCENES = {
  nothing: () => null,
  me: () => <Me />,
  users: each,
  names: ({ ids = [] }: Stage) => ids.map(id => <NameOf key={id} id={id} />),
  list: (stage: Stage) => <List {...stage} />,
  presentList: (stage: Stage) => <List {...stage} presence />,
  restlessList: (stage: Stage) => <RestlessList {...stage} />,
  online: (stage: Stage) => <Online {...stage} />,
  task: (stage: Stage) => <OneTask {...stage} />,
  listener: () => <Listener />,
  meAndListener: () => (
    <>
      <Me />
      <Listener />
    </>
  ),
  slow: (stage: Stage) => (
    <>
      <Slow />
      {each(stage)}
    </>
  ),
  meAndUsers: (stage: Stage) => (
    <>
      <Me />
      {each(stage)}
    </>
  ),
  patient: ({ ids = [] }: Stage) => (
    <Boundary>
      <Suspense fallback={<Text id="fallback">…</Text>}>
        <Patient id={ids[0] ?? ''} otherMs={3_000} />
      </Suspense>
    </Boundary>
  ),
  patientList: ({ ids = [] }: Stage) => (
    <Suspense fallback={<Text id="fallback">…</Text>}>
      <PatientList id={ids[0] ?? ''} otherMs={3_000} />
    </Suspense>
  ),
  waitingProvider: ({ ids = [] }: Stage) => <Patient id={ids[0] ?? ''} otherMs={0} />,
  /** It is never shown. */
  thrownAway: ({ ids = [] }: Stage) => (
    <Suspense fallback={<Text id="fallback">…</Text>}>
      <Patient id={ids[0] ?? ''} otherMs={1e9} />
      {ids.map(id => (
        <OneUser key={id} id={`${id}-plain`} />
      ))}
    </Suspense>
  ),
  listAndUsers: (stage: Stage) => (
    <>
      <List {...stage} />
      {each(stage)}
    </>
  ),
  parts: ({ ids = [] }: Stage) => <Parts id={ids[0] ?? ''} />,
  atOnce: () => <AtOnce />,
  held: () => <Held />,
  throws: ({ ids = [] }: Stage) => (
    <>
      <Throws />
      {ids.map(id => (
        <OneUser key={id} id={id} />
      ))}
    </>
  ),
  /** As many rows as one likes, of ids that are the first one and a number. */
  crowd: ({ ids: [name] = [], limit = 0 }: Stage) =>
    Array.from({ length: limit }, (_, place) => `${name}-${place}`).map(id => <NameOf key={id} id={id} />),
  devtools: (stage: Stage) => (
    <>
      {each(stage)}
      <RollcallDevtools open />
    </>
  ),
};
