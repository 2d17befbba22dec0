import { expect, it } from 'vitest';
import { oneCallPerMessage, Permit } from './paced-client.js';

const settle = () => new Promise(resolve => setTimeout(resolve));

it('permits one attempt for each grant, whichever comes first', async () => {
  const permit = new Permit();
  permit.grant();
  await permit.taken();
  let begun = 0;
  const attempt = () => permit.taken().then(() => (begun += 1));
  attempt();
  await settle();
  expect(begun).toBe(0);
  permit.grant();
  await settle();
  expect(begun).toBe(1);
});

it('can be revoked, and ends with a refusal', async () => {
  const permit = new Permit();
  permit.grant();
  permit.revoke();
  const attempt = permit.taken();
  permit.refuse(new Error('closed'));
  await expect(attempt).rejects.toThrow('closed');
});

class Recording {
  static readonly sent: unknown[] = [];
  send(data: unknown): void {
    Recording.sent.push(data);
  }
}

it('sends joined calls one by one, and everything else as it is', () => {
  const Socket = oneCallPerMessage(Recording as unknown as typeof WebSocket);
  const socket = new Socket('ws://localhost');
  socket.send('PING');
  socket.send('{"id":1}');
  socket.send('[{"id":2,"text":"[\\n]"},{"id":3}]');
  expect(Recording.sent).toEqual(['PING', '{"id":1}', '{"id":2,"text":"[\\n]"}', '{"id":3}']);
});
