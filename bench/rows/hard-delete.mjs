/** Users with 20 messages each who are deleted with everything, and what others feel of it. */
import { join } from 'node:path';
import { caller } from '../stage/call.mjs';
import { temporaryFolder } from '../stage/engines.mjs';
import { inFlight, now, pause, repeatedly } from '../stage/in-flight.mjs';
import { tableLine } from '../stage/lines.mjs';
import { percentile } from '../stage/numbers.mjs';
import { startServer, TOKEN } from '../stage/servers.mjs';
import { writePeople } from '../stage/write-people.mjs';

const MESSAGES = 20;
const BATCH = 100;
/** Of one channel, whose owner stays. */
const MEMBERS = 50;
const HARD = { user: 'hard', messages: 'hard', conversations: 'hard' };
const chatterId = number => `chatter-${number}`;
const ENDED = ['completed', 'failed', 'cancelled'];

export const hardDelete = {
  name: 'hard-delete',
  says: `hard deletion of users with ${MESSAGES} messages each`,
  run: ({ quick }) => measure(quick ? 100 : 500),
};

async function measure(users) {
  const server = await startServer(`sqlite:${join(temporaryFolder(), 'rollcall.sqlite')}`);
  try {
    const { perSecond, others } = await deleteUsersWithMessages(caller(server.url, TOKEN), { users });
    return lines(perSecond, others);
  } finally {
    await server.stop();
  }
}

/** Makes the users with their messages, and deletes them. @returns users a second, and what others felt. */
export async function deleteUsersWithMessages(call, { users }) {
  await makeMessages(call, users);
  const others = othersOf(call);
  const begun = now();
  const tasks = [];
  for (let first = 0; first < users; first += BATCH) {
    const ids = Array.from({ length: BATCH }, (_, index) => chatterId(first + index));
    tasks.push((await call('users.deleteMany', { ids, ...HARD })).task_id);
  }
  for (const task_id of tasks) await ended(call, task_id);
  const seconds = (now() - begun) / 1000;
  return { perSecond: users / seconds, others: await others() };
}

async function makeMessages(call, users) {
  await call('users.upsert', { users: [{ id: 'owner' }, { id: 'other' }] });
  await writePeople(call, users, chatterId);
  const cids = [];
  for (let first = 0; first < users; first += MEMBERS) {
    const members = Array.from({ length: MEMBERS }, (_, index) => chatterId(first + index));
    const { channel } = await call('chat.createChannel', { type: 'room', user_id: 'owner', members });
    cids.push(channel.cid);
  }
  await inFlight({
    count: users * MESSAGES,
    width: 16,
    run: index => {
      const number = index % users;
      return call('chat.sendMessage', {
        cid: cids[Math.floor(number / MEMBERS)],
        user_id: chatterId(number),
        text: `Message ${index}, which says about as much as people say to each other in a channel.`,
      });
    },
  });
}

async function ended(call, task_id) {
  for (;;) {
    const task = await call('tasks.get', { task_id });
    const { status, error } = task.task ?? task;
    if (status === 'completed') return;
    if (ENDED.includes(status)) throw new Error(`the deletion ended as ${status}: ${JSON.stringify(error)}`);
    await pause(20);
  }
}

/** Somebody who reads, and somebody who writes. */
function othersOf(call) {
  let n = 0;
  const reads = repeatedly(() => call('users.query', { filter: { id: 'owner' } }), { everyMs: 5 });
  const writes = repeatedly(
    () => call('users.partialUpdate', { users: [{ id: 'other', set: { n: n++ } }] }),
    {
      everyMs: 5,
    },
  );
  return async () => ({ reads: await reads(), writes: await writes() });
}

const WHY =
  'A deletion gives way. The server works for 0.4 of the time; the rest is in the statements of the deletion, and in the writes of others, which come between its steps every 5 ms here. Longer steps would make it faster, and the others wait.';

function lines(perSecond, { reads, writes }) {
  const felt = (what, took) =>
    tableLine({
      work: `meanwhile others' ${what}: p95`,
      ours: percentile(took, 0.95),
      unit: 'ms',
      most: 50,
      note: `the longest ${Math.max(...took).toFixed(0)} ms`,
    });
  return [
    tableLine({
      work: `hard deletion of users with ${MESSAGES} messages each`,
      ours: perSecond,
      unit: 'users/s',
      least: 300,
      why: WHY,
    }),
    felt('reads', reads),
    felt('writes', writes),
  ];
}
