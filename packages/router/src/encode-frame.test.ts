import { LoggedEvent } from '@rollcall/core';
import type { EventPage, RollcallEvent } from '@rollcall/protocol';
import { expect, it, vi } from 'vitest';
import { frameEncoder } from './encode-frame.js';
import { ShownPage } from './shown-page.js';

const event = {
  id: 'e.1',
  type: 'app.updated',
  created_at: 1,
  actor: { type: 'server' },
  settings: {},
  changes: {},
};
const page = (extra?: { resync: true }): EventPage => ({
  events: [event, event] as unknown as RollcallEvent[],
  ...extra,
});
function longPage(name: string): EventPage {
  const events = Array.from({ length: 30 }, (_, index) => ({ ...event, id: `e.${index}`, name }));
  return { events: events as unknown as RollcallEvent[] };
}
const shown = ({ events, resync }: EventPage) => new ShownPage(events, resync ? { resync } : {});
const message = (data: EventPage) => ({
  id: 7,
  jsonrpc: '2.0',
  result: { type: 'data', id: 'e.1', data: { id: 'e.1', data } },
});

it.each([
  ['a page', page()],
  ['a page with resync', page({ resync: true })],
  ['an empty page', { events: [] }],
  ['a long page', longPage('Zoë 🦊')],
  ['another long page', longPage('Ann')],
  ['a long page with resync', { ...longPage('Ann'), resync: true as const }],
])('writes %s as plain JSON would be read', (_, data) => {
  const plain = JSON.parse(JSON.stringify(message(data)));
  const text = String(frameEncoder.encode(message(shown(data))));
  expect(JSON.parse(text)).toEqual(plain);
});

it('leaves nothing in a page that has become text, so that code that still holds the page holds no events', () => {
  const data = shown(longPage('Ann'));
  frameEncoder.encode(message(data));
  expect(data.events).toEqual([]);
});

it('puts the text of a long page together once for all who receive the same events, and for nobody else', () => {
  const { events } = longPage('Ann');
  const bytes = (events: RollcallEvent[]) => String(frameEncoder.encode(message(shown({ events }))));
  const all = bytes(events);
  expect(bytes([...events])).toBe(all);
  const other = { ...event, id: 'e.other' } as unknown as RollcallEvent;
  expect(JSON.parse(bytes([...events.slice(1), other])).result.data.data.events.at(-1).id).toBe('e.other');
  expect(JSON.parse(bytes(events.slice(1))).result.data.data.events).toHaveLength(events.length - 1);
  expect(bytes(events)).toBe(all);
});

it('writes every other message as plain JSON', () => {
  for (const other of [
    { id: 1, result: { type: 'started' } },
    { id: null, error: { code: 1 } },
    message(page()),
    null,
  ]) {
    expect(frameEncoder.encode(other)).toBe(JSON.stringify(other));
  }
});

it('turns an event that many receive into text once', () => {
  let times = 0;
  const counted = { ...event, toJSON: () => ({ times: ++times }) } as unknown as RollcallEvent;
  for (let listener = 0; listener < 10; listener++)
    frameEncoder.encode(message(shown({ events: [counted] })));
  expect(times).toBe(1);
});

it('passes on an entry of the log as it stands there, and nobody parses it', () => {
  const rows = [
    { actor_type: 'server', data: '{"user":{"id":"ann","name":"Zoë \\"🦊\\""},"changes":{}}' },
    { actor_type: 'user', actor_id: 'b"en', data: '{}' },
    { actor_type: 'user', actor_id: 'ben', data: '{ "user": {"id": "ann"} }' },
    { actor_type: 'system', data: ' { } '.trim() },
  ];
  const entries = rows.map(
    (row, index) => new LoggedEvent('e', { seq: index + 1, type: 'user.updated', at: 5, ...row }),
  );
  const parse = vi.spyOn(JSON, 'parse');
  const text = String(frameEncoder.encode(message(new ShownPage(entries))));
  expect(parse).not.toHaveBeenCalled();
  parse.mockRestore();
  expect(JSON.parse(text).result.data.data.events).toEqual(entries.map(({ full }) => full));
});
