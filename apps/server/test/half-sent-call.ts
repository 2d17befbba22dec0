import { once } from 'node:events';
import { request } from 'node:http';
import { tokenOf } from './test-server.js';

/** A call of which the server has the headers and a part of the body. */
export interface HalfSentCall {
  response: Promise<{ status: number; connection: string | undefined; body: string }>;
  /** Sends the rest. */
  finish(): void;
}

/** Begins a call that creates the user `jane`; resolves when the server's handler has it. */
export async function halfSentCall(url: string, token?: string): Promise<HalfSentCall> {
  const body = JSON.stringify({ users: [{ id: 'jane' }] });
  const sending = request(`${url}/trpc/users.upsert`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token ?? (await tokenOf({ server: true }))}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      expect: '100-continue',
    },
  });
  const response = new Promise<Awaited<HalfSentCall['response']>>((resolve, reject) => {
    sending.once('error', reject);
    sending.once('response', async incoming => {
      let text = '';
      for await (const chunk of incoming) text += chunk;
      resolve({ status: incoming.statusCode!, connection: incoming.headers.connection, body: text });
    });
  });
  // The server asks for the rest when it hands the request to its handler.
  sending.flushHeaders();
  await once(sending, 'continue');
  sending.write(body.slice(0, 10));
  return { response, finish: () => sending.end(body.slice(10)) };
}
