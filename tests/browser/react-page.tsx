/**
 * The page of the browser tests of @rollcall/react. A test names a scene and says as whom; everything is rendered in StrictMode,
 * unless it says `once`.
 */
import { type Client, createClient } from '@rollcall/client';
import { createServerClient } from '@rollcall/client/server';
import { RollcallProvider, useConnection, useMe } from '@rollcall/react';
import { Fragment, type ReactNode, StrictMode, Suspense, version } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { said, Text } from './react-parts.js';
import { SCENES, type Stage } from './react-scenes.js';

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

function State() {
  const { status, error, reconnect } = useConnection();
  window.act.reconnect = reconnect;
  return <Text id="state">{error && status === 'disconnected' ? `${status} ${error.code}` : status}</Text>;
}

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
