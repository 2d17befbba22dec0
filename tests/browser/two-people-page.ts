import { type Client, createClient } from '@rollcall/client';

/** What a call came to: its answer, or the code of the error. */
export type Outcome = { answer: unknown } | { code: string };

/** What a page heard, cut down to what the test asks about. */
export interface Heard {
  type: string;
  user?: Record<string, unknown>;
  cause?: string;
  changed?: string[];
}

declare global {
  interface Window {
    /** The one client of the page; the test calls its methods by name. */
    use(url: string): void;
    call(method: string, ...given: unknown[]): Promise<Outcome>;
    heard: Heard[];
    /** Where its connection has stood, in order. */
    states: string[];
    me(): unknown;
  }
}

/** One person's page: a client, everything it hears, and a list of it for a person who looks at the screen. */
let client: Client;

window.heard = [];
window.states = [];

window.use = url => {
  client = createClient({ url });
  client.connection.subscribe(({ status }) => {
    window.states.push(status);
    show('state', status);
  });
  client.on(item => {
    if (item.type === 'resync') return;
    const heard: Heard = { type: item.type };
    if ('user' in item) heard.user = { ...item.user };
    if ('cause' in item && item.cause) heard.cause = item.cause;
    if ('changes' in item && item.changes) heard.changed = Object.keys(item.changes).sort();
    window.heard.push(heard);
    show('heard', window.heard.map(one => `${one.type} ${one.user?.id ?? ''}`).join('\n'));
  });
};

window.call = async (method, ...given) => {
  const [first, second] = method.split('.');
  const methods = client as unknown as Record<
    string,
    Record<string, (...args: unknown[]) => Promise<unknown>>
  >;
  try {
    const called = second === undefined ? methods[first!]! : methods[first!]![second]!;
    return { answer: await (called as unknown as (...args: unknown[]) => Promise<unknown>)(...given) };
  } catch (error) {
    return { code: String((error as { code?: string }).code ?? error) };
  }
};

window.me = () => client.user;

function show(id: string, text: string): void {
  const element = document.getElementById(id);
  if (element) element.textContent = text;
}
