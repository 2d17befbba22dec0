import { EventEmitter } from 'node:events';
import { setImmediate as nextLoop, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { Inbox } from './inbox.js';
import { Reading } from './reading.js';

/** A socket that notes what is asked of it. */
class FakeSocket extends EventEmitter {
  readonly asked: string[] = [];
  pause = (): void => void this.asked.push('pause');
  resume = (): void => void this.asked.push('resume');
}

/** A socket with an inbox. Its listener works for `workMs` on each message. */
function open(line: string, { workMs, heard }: { workMs: number; heard: string[] }) {
  const socket = new FakeSocket();
  const reading = new Reading(socket);
  const inbox = new Inbox({ reading, line: () => line });
  inbox.attach(socket as unknown as WebSocket);
  socket.on('message', (text: string) => {
    heard.push(text);
    const until = performance.now() + workMs;
    while (performance.now() < until);
  });
  return { socket, reading, inbox };
}

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => prefix + index);

describe('the messages of a socket', () => {
  it('are handed on in order and in slices, and the socket is not read from meanwhile', async () => {
    const heard: string[] = [];
    const { socket } = open('ann', { workMs: 1, heard });
    for (const name of names('a', 50)) socket.emit('message', name);
    expect(heard.length).toBeLessThan(5);
    let loops = 0;
    while (heard.length < 50) {
      expect(socket.asked).toEqual(['pause']);
      await nextLoop();
      loops += 1;
    }
    expect(loops).toBeGreaterThan(10);
    expect(heard).toEqual(names('a', 50));
    await nextLoop();
    expect(socket.asked).toEqual(['pause', 'resume']);
  });

  it('are handed on at once while nobody else is at work', async () => {
    // The rest after a slice is as long as the slice took, which on a busy machine may be long.
    await sleep(100);
    const heard: string[] = [];
    const { socket } = open('ann', { workMs: 0, heard });
    socket.emit('message', 'a');
    expect(heard).toEqual(['a']);
    expect(socket.asked).toEqual([]);
  });

  it('of one caller, over many sockets, do not keep those of another waiting', async () => {
    const heard: string[] = [];
    const busy = Array.from({ length: 50 }, () => open('busy', { workMs: 1, heard }));
    const quiet = open('quiet', { workMs: 0, heard });
    for (const { socket } of busy) for (const name of names('b', 10)) socket.emit('message', name);
    quiet.socket.emit('message', 'quiet');
    while (!heard.includes('quiet')) await nextLoop();
    expect(heard.length).toBeLessThan(20);
    while (heard.length < 501) await nextLoop();
  });

  it('are heard by nobody once the inbox has been emptied', async () => {
    const heard: string[] = [];
    const { socket, inbox } = open('ann', { workMs: 3, heard });
    for (const name of names('a', 10)) socket.emit('message', name);
    inbox.empty();
    const before = heard.length;
    for (let loop = 0; loop < 20; loop++) await nextLoop();
    expect(heard.length).toBe(before);
    socket.emit('message', 'later');
    while (!heard.includes('later')) await nextLoop();
  });
});

describe('a socket', () => {
  it('is read from when everybody who held it has let go, and not before', () => {
    const socket = new FakeSocket();
    const reading = new Reading(socket);
    reading.hold('inbox');
    reading.hold('unread');
    reading.letGo('inbox');
    expect(socket.asked).toEqual(['pause']);
    reading.letGo('unread');
    reading.letGo('unread');
    expect(socket.asked).toEqual(['pause', 'resume']);
  });
});
