/** What is compared: the text of each measure, and how its figure is written. */
export const measuresOf = ({ users, subscribers }) => ({
  create: 'users created a second, 100 a batch, 8 in flight',
  update: 'the same, updated',
  ageP50: `30 users of an age, newest first, of ${users.toLocaleString('en')}: p50, ms`,
  ageP95: 'the same: p95, ms',
  ageRate: 'the same, 16 in flight: calls a second',
  prefixP50: 'users whose name begins so, by name: p50, ms',
  prefixP95: 'the same: p95, ms',
  prefixRate: 'the same, 16 in flight: calls a second',
  idsP50: '30 users by their ids: p50, ms',
  idsP95: 'the same: p95, ms',
  idsRate: 'the same, 16 in flight: calls a second',
  liveP50: `an update at ${subscribers.toLocaleString('en')} subscribers, one at a time: p50, ms`,
  liveP95: 'the same: p95, ms',
  idleKiB: 'memory of the process for each idle subscriber, KiB',
});
