import { expect, it } from 'vitest';
import { createMessageMeter } from './message-meter.js';

it('takes as many messages in a minute as it is told and not one more, and begins anew after it', () => {
  let now = 5;
  const meter = createMessageMeter(120, () => now);
  for (let minute = 0; minute < 3; minute++) {
    for (let message = 0; message < 120; message++) expect(meter.isOneTooMany()).toBe(false);
    now += 59_999;
    expect(meter.isOneTooMany()).toBe(true);
    now += 1;
  }
});
