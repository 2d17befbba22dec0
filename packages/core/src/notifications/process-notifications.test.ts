import { describe, expect, it } from 'vitest';
import { decodeNotification, encodeNotification, mergeNotifications } from './process-notifications.js';

describe('a notification between processes', () => {
  it('arrives as it was sent', () => {
    const notification = { log: true, presence: true, tasks: new Map([['one', true]]) } as const;
    expect(decodeNotification('there', encodeNotification('here', notification))).toEqual(notification);
    expect(decodeNotification('there', encodeNotification('here', { anything: true }))).toEqual({
      anything: true,
    });
    expect(decodeNotification('there', encodeNotification('here', {}))).toEqual({});
  });

  it('is not heard by who sent it', () => {
    expect(decodeNotification('here', encodeNotification('here', { log: true }))).toBeUndefined();
  });

  it.each(['', 'null', '[]', '7', '{"log":true}', '{"from":"x","tasks":[null]}', '{'])(
    'may mean anything when it cannot be read: %s',
    payload => {
      expect(decodeNotification('here', payload)).toEqual({ anything: true });
    },
  );

  it('holds everything that there is to tell, the last word on each task', () => {
    const first = { log: true, tasks: new Map([['a', true]]) } as const;
    const second = {
      presence: true,
      tasks: new Map([
        ['a', false],
        ['b', true],
      ]),
    } as const;
    expect(mergeNotifications(first, second)).toEqual({
      log: true,
      presence: true,
      tasks: new Map([
        ['a', false],
        ['b', true],
      ]),
    });
  });

  it('fits into a notification, however much there is to tell', () => {
    let notification = {};
    let longest = 0;
    for (let number = 0; number < 300; number++) {
      notification = mergeNotifications(notification, {
        log: true,
        tasks: new Map([[`${number}`.padStart(36, '0'), true]]),
      });
      longest = Math.max(longest, encodeNotification('0'.repeat(36), notification).length);
    }
    expect(longest).toBeLessThan(8000);
    expect(notification).toEqual({ anything: true });
  });
});
