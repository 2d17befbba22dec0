/**
 * The page of the browser tests of @rollcall/react. A test names a scene and says as whom; everything is rendered in StrictMode, unless it says `once`.
 * What was rendered and heard is counted here, so that a test can ask for it.
 */
import { type Client, createClient, type RollcallError, type SortKey, type User } from '@rollcall/client';
import { createServerClient } from '@rollcall/client/server';
import {
  RollcallProvider,
  useAction,
  useConnection,
  useEvents,
  useMe,
  usePresence,
  useRollcall,
  useTask,
  useUser,
  useUsers,
} from '@rollcall/react';
import { RollcallDevtools } from '@rollcall/react/devtools';
import { useUser as useSettledUser, useUsers as useSettledUsers } from '@rollcall/react/suspense';
import {
  Component,
  Fragment,
  memo,
  type ReactNode,
  StrictMode,
  Suspense,
  useEffect,
  useState,
  version,
} from 'react';
import { createRoot, type Root } from 'react-dom/client';

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

declare global {
  interface Window {
    show(stage: Stage): void;
    hide(): void;
    /** How often each thing was rendered. */
    renders: Record<string, number>;
    /** What the scene noted, in order. */
    notes: unknown[];
    /** What the scene can do. */
    act: Record<string, (...given: never[]) => unknown>;
    reactVersion: string;
    /** So many times the token provider fails first. */
    failures?: number;
  }
}

window.renders = {};
window.notes = [];
window.act = {};
window.reactVersion = version;

const count = (what: string) => {
  window.renders[what] = (window.renders[what] ?? 0) + 1;
};

function Text({ id, children }: { id: string; children: ReactNode }) {
  return <p id={id}>{children}</p>;
}

function State() {
  const { status, error, reconnect } = useConnection();
  window.act.reconnect = reconnect;
  return <Text id="state">{error && status === 'disconnected' ? `${status} ${error.code}` : status}</Text>;
}

/** What a result shows: its status, its error, and what it has. */
const said = (result: { status: string; error?: RollcallError | undefined; data?: unknown }, data: unknown) =>
  [result.status, result.error?.code, result.data === undefined ? undefined : data].filter(Boolean).join(' ');

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

/** Something else that a component waits for. */
let other: { promise: Promise<void>; there: boolean } | undefined;

function waitForOther(ms: number): void {
  if (!other) {
    const mine = { there: false, promise: Promise.resolve() };
    mine.promise = new Promise(resolve =>
      setTimeout(() => {
        mine.there = true;
        resolve();
      }, ms),
    );
    other = mine;
  }
  if (!other.there) throw other.promise;
}

/** Waits for a user, and then for something that takes long. */
function Patient({ id, otherMs }: { id: string; otherMs: number }) {
  const { data } = useSettledUser(id);
  waitForOther(otherMs);
  return <Text id="settled">{data.name}</Text>;
}

/** The same with a list. */
function PatientList({ id, otherMs }: { id: string; otherMs: number }) {
  // A render that notes the first and not the second waits for the list.
  window.notes.push({ begunMs: Date.now() });
  const { data } = useSettledUsers<{ mood?: string }>({ id });
  window.notes.push({ knownMs: Date.now() });
  waitForOther(otherMs);
  return <Text id="settled">{`${data.users[0]?.name} ${data.users[0]?.custom.mood ?? ''}`.trim()}</Text>;
}

class Boundary extends Component<{ children: ReactNode }, { code?: string }> {
  override state: { code?: string } = {};
  static getDerivedStateFromError(error: RollcallError) {
    return { code: error.code ?? error.message };
  }
  override render() {
    return this.state.code ? <Text id="boundary">{this.state.code}</Text> : this.props.children;
  }
}

const each = ({ ids = [] }: Stage) => ids.map(id => <OneUser key={id} id={id} />);

const SCENES = {
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

function Beside() {
  const me = useMe();
  return <Text id="beside">{said(me, me.data?.name)}</Text>;
}

let root: Root | undefined;
const clients = new Map<string, Client>();

function clientOf(url: string): Client {
  const client = clients.get(url) ?? createClient({ url });
  clients.set(url, client);
  return client;
}

let serverClient: ReturnType<typeof createServerClient> | undefined;

function Whole(stage: Stage) {
  const Scene = SCENES[stage.scene] as (stage: Stage) => ReactNode;
  const inside = (
    <>
      <State />
      <Scene {...stage} />
    </>
  );
  if (stage.server) {
    serverClient ??= createServerClient({ url: stage.url, token: stage.server });
    return (
      <RollcallProvider key={stage.mount} client={serverClient}>
        {inside}
      </RollcallProvider>
    );
  }
  const client = clientOf(stage.url);
  if (stage.anonymous) {
    return (
      <RollcallProvider key={stage.mount} client={client} anonymous>
        {inside}
      </RollcallProvider>
    );
  }
  const { token = '', delayMs = 0, beside } = stage;
  const provider = () =>
    new Promise<string>((resolve, reject) => {
      if (!window.failures) return setTimeout(() => resolve(token), delayMs);
      window.failures -= 1;
      reject(new Error('no token yet'));
    });
  return (
    <>
      <RollcallProvider
        key={stage.mount}
        client={client}
        user={stage.user}
        token={delayMs ? provider : token}
      >
        {inside}
      </RollcallProvider>
      {beside && (
        <RollcallProvider client={client} {...beside}>
          <Beside />
        </RollcallProvider>
      )}
    </>
  );
}

window.show = stage => {
  const body = document.getElementById('root');
  if (!body) throw new Error('the page has no root');
  root ??= createRoot(body);
  const Mode = stage.once ? Fragment : StrictMode;
  root.render(
    <Mode>
      <Suspense fallback={<Text id="all-waits">…</Text>}>
        <Whole {...stage} />
      </Suspense>
    </Mode>,
  );
};

window.hide = () => {
  root?.unmount();
  root = undefined;
};
