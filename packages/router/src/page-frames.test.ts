import { expect, it } from 'vitest';
import { PageFrames } from './page-frames.js';

const events = [{ id: 1 }, { id: 2 }];
const frame = { head: 'to 1', position: 'e.2', events };

it('finds the bytes of the very same message only: address, position and events', () => {
  const frames = new PageFrames();
  const bytes = frames.keep(frame, Buffer.from('bytes'));
  expect(frames.find({ ...frame, events: [...events] })).toBe(bytes);
  expect(frames.find({ ...frame, head: 'to 2' })).toBeUndefined();
  expect(frames.find({ ...frame, position: 'e.3' })).toBeUndefined();
  expect(frames.find({ ...frame, events: events.slice(1) })).toBeUndefined();
  expect(frames.find({ ...frame, events: [{ id: 1 }, { id: 2 }] })).toBeUndefined();
});

it('keeps a few messages, those that were made last', () => {
  const frames = new PageFrames();
  for (let number = 0; number < 20; number++) {
    frames.keep({ ...frame, head: `to ${number}` }, Buffer.from(String(number)));
  }
  const found = Array.from({ length: 20 }, (_, number) => frames.find({ ...frame, head: `to ${number}` }));
  expect(found.map(bytes => bytes?.toString()).filter(text => text !== undefined)).toEqual(
    Array.from({ length: 8 }, (_, index) => String(12 + index)),
  );
});
