import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RollcallEvent, UserEvent } from '@rollcall/protocol';

/** A request as it arrived. */
export interface ReceivedRequest {
  id: string;
  headers: Record<string, string>;
  text: string;
  type: string;
  sequence: number;
  event: RollcallEvent;
  /** The user of the event. */
  user: string | undefined;
  /** The name of the user. */
  name: string | undefined;
  accepted: boolean;
}

/** How a request is answered; nothing: it stays without an answer. */
export type Reaction =
  | { status: number; headers?: Record<string, string>; body?: string }
  | 'never'
  | 'broken off';

/** A program of somebody else that receives webhooks, on this machine. */
export class WebhookReceiver {
  readonly requests: ReceivedRequest[] = [];
  /** Default: 200. */
  react: (request: ReceivedRequest) => Reaction | Promise<Reaction> = () => ({ status: 200 });
  readonly #port: number;
  #server: Server | undefined;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
    server.on('request', this.#take);
  }

  static async start(): Promise<WebhookReceiver> {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return new WebhookReceiver(server, (server.address() as AddressInfo).port);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hooks`;
  }

  /** What it accepted, as `type user`. */
  get accepted(): string[] {
    return this.requests
      .filter(one => one.accepted)
      .map(({ type, user }) => (user === undefined ? type : `${type} ${user}`));
  }

  /** The names of a user in what it accepted, in that order. */
  namesOf(id: string): (string | undefined)[] {
    return this.requests.filter(one => one.accepted && one.user === id).map(({ name }) => name);
  }

  /** Goes away, with its connections. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise(resolve => (server ? server.close(resolve) : resolve(undefined)));
  }

  /** Comes back at the same address. */
  async restart(): Promise<void> {
    const server = createServer(this.#take);
    await new Promise<void>(resolve => server.listen(this.#port, '127.0.0.1', resolve));
    this.#server = server;
  }

  readonly #take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await textOf(request);
    if (text === undefined) return;
    const { type, sequence, data } = JSON.parse(text);
    const { user } = data as Partial<UserEvent>;
    const received: ReceivedRequest = {
      id: String(request.headers['webhook-id']),
      headers: request.headers as Record<string, string>,
      text,
      type,
      sequence,
      event: data,
      user: user?.id,
      name: user?.name,
      accepted: false,
    };
    this.requests.push(received);
    const reaction = await this.react(received);
    if (reaction === 'never') return;
    if (reaction === 'broken off') {
      request.socket.destroy();
      return;
    }
    received.accepted = reaction.status >= 200 && reaction.status < 300;
    response.writeHead(reaction.status, reaction.headers).end(reaction.body);
  };
}

/** The body of a request; undefined when its sender went away in the middle. */
async function textOf(request: IncomingMessage): Promise<string | undefined> {
  try {
    let text = '';
    for await (const part of request) text += part;
    return text;
  } catch {
    return undefined;
  }
}
