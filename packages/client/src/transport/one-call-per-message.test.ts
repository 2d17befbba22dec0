import { expect, it } from 'vitest';
import { oneCallPerMessage } from './one-call-per-message.js';

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
