import { expect, it } from 'vitest';
import { MessageMeters } from './message-meter.js';

it('takes as many messages in a minute as it is told and not one more, and begins anew after it', () => {
  let now = 5;
  const meter = new MessageMeters(120, () => now).take('user jane');
  for (let minute = 0; minute < 3; minute++) {
    for (let message = 0; message < 120; message++) expect(meter.isOneTooMany()).toBe(false);
    now += 59_999;
    expect(meter.isOneTooMany()).toBe(true);
    now += 1;
  }
});

it('is left to the next connection of the caller, so that nobody begins anew by reconnecting', () => {
  let now = 5;
  const meters = new MessageMeters(3, () => now);
  const sent = (caller: 'user jane' | 'user john', before = 0) => {
    const meter = meters.take(caller, before);
    let messages = 0;
    while (!meter.isOneTooMany()) messages += 1;
    meter.giveBack();
    return messages;
  };
  expect([sent('user jane', 1), sent('user jane'), sent('user john')]).toEqual([2, 0, 3]);
  now += 60_000;
  expect(sent('user jane')).toBe(3);
});

it('counts a connection that comes after another one as five messages, since signing in costs more than one', () => {
  let now = 5;
  const meters = new MessageMeters(120, () => now);
  const comeAndGo = () => {
    const meter = meters.take('user jane', 1);
    const isOver = meter.isOver();
    meter.giveBack();
    return isOver;
  };
  const connections = Array.from({ length: 21 }, comeAndGo);
  expect(connections.filter(isOver => isOver)).toEqual([true]);
  now += 60_000;
  expect(comeAndGo()).toBe(false);
});

it('is one for each connection at a time, and of those that were left the least used one', () => {
  const meters = new MessageMeters(10, () => 5);
  const [used, unused] = [meters.take('user jane'), meters.take('user jane')];
  for (let message = 0; message < 11; message += 1) used.isOneTooMany();
  expect(unused.isOneTooMany()).toBe(false);
  for (const meter of [used, unused, used]) meter.giveBack();
  const again = [meters.take('user jane'), meters.take('user jane'), meters.take('user jane')];
  expect(again.map(meter => meter.isOneTooMany())).toEqual([false, true, false]);
});

it('is forgotten when its minute is over', () => {
  let now = 5;
  const meters = new MessageMeters(3, () => now);
  for (let caller = 0; caller < 100; caller += 1) {
    const meter = meters.take(`user ${caller}`);
    meter.isOneTooMany();
    meter.giveBack();
  }
  expect(meters.size).toBe(100);
  now += 60_000;
  meters.take('user 1').giveBack();
  expect(meters.size).toBe(1);
});
