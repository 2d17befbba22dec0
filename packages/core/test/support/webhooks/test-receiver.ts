import { createHmac } from 'node:crypto';
import type { RollcallEvent, UserEvent } from '@rollcall/protocol';
import type { WebhookAnswer, WebhookRequest, WebhookSender } from '../../../src/webhooks/webhook-sender.js';

/** A request as the receiver of a test got it. */
export interface Received {
  id: string;
  url: string;
  /** Epoch milliseconds, by the header. */
  at: number;
  type: string;
  sequence: number;
  event: RollcallEvent;
  /** The user of the event. */
  user: string | undefined;
  text: string;
  headers: Readonly<Record<string, string>>;
  answered: number | undefined;
}

/** How a request is answered: a status, an answer, or an error if there is none. */
type Answer = number | Partial<WebhookAnswer> | Error;

/** The other end of a sender: it notes what comes, and answers as the test says. */
export class TestReceiver implements WebhookSender {
  readonly received: Received[] = [];
  /** Default: 200. */
  answer: (request: Received) => Answer | Promise<Answer> = () => 200;

  async send({ url, headers, body }: WebhookRequest): Promise<WebhookAnswer> {
    const { type, sequence, data } = JSON.parse(body);
    const received: Received = {
      id: headers['webhook-id'] as string,
      url,
      at: Number(headers['webhook-timestamp']) * 1000,
      type,
      sequence,
      event: data,
      user: (data as Partial<UserEvent>).user?.id,
      text: body,
      headers,
      answered: undefined,
    };
    this.received.push(received);
    const answer = await this.answer(received);
    if (answer instanceof Error) throw answer;
    const { status = 200, ...rest } = typeof answer === 'number' ? { status: answer } : answer;
    received.answered = status;
    return { status, answer: '', ...rest };
  }

  /** The requests that were answered with 200, as `type user`. */
  get delivered(): string[] {
    return this.received
      .filter(one => one.answered === 200)
      .map(({ type, user }) => (user === undefined ? type : `${type} ${user}`));
  }

  /** The names of the users in what was delivered, in that order. */
  namesOf(user: string): (string | undefined)[] {
    return this.received
      .filter(one => one.answered === 200 && one.user === user)
      .map(({ event }) => (event as UserEvent).user.name);
  }
}

/** Whether one of the signatures of a request is of this secret. */
export function isSignedWith(secret: string, { headers, text }: Received): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
  const wanted = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  return (headers['webhook-signature'] ?? '').split(' ').includes(wanted);
}
