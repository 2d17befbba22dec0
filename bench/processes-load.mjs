/**
 * The load of the benchmark of processes, in its own processes. `startLoad` forks one. It does one job after the other,
 * and answers each with a number or a list.
 */
import { fork } from 'node:child_process';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { openListeners } from './processes-listeners.mjs';
import { runRaw } from './processes-raw.mjs';
import { TOKEN } from './stage/servers.mjs';

const BATCH = 100;
const CITIES = 100;

/** Starts a load process. `do` gives it a job, and rejects when the job fails. */
export function startLoad() {
  const child = fork(fileURLToPath(import.meta.url), ['--load']);
  return new Promise(resolve => {
    child.once('message', () =>
      resolve({
        do: job =>
          new Promise((answer, refuse) => {
            child.once('message', ({ value, error }) => (error ? refuse(new Error(error)) : answer(value)));
            child.send(job);
          }),
        stop: () => child.kill('SIGKILL'),
      }),
    );
  });
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const random = below => Math.floor(Math.random() * below);
const now = () => Number(process.hrtime.bigint()) / 1e6;
let changes = 0;
let made = 0;

/** Calls a procedure. The load shares the cores, so it uses Node's plain client, which costs a fraction of `fetch`. */
function call(url, procedure, input) {
  const body = JSON.stringify(input);
  const headers = {
    authorization: `Bearer ${TOKEN}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/trpc/${procedure}`, { method: 'POST', agent, headers }, answer => {
      const chunks = [];
      answer.on('data', chunk => chunks.push(chunk));
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`${procedure}: ${answer.statusCode} ${Buffer.concat(chunks)}`));
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

function makeUser(id, index) {
  return {
    id,
    name: `Person Number ${index}`,
    image: `https://images.example.com/people/${index}.jpg`,
    teams: [`team-${index % 50}`],
    language: 'en',
    custom: { city: `city-${index % CITIES}`, plan: index % 3 ? 'free' : 'paid', tags: ['a', 'b'] },
  };
}

const change = (users, id = random(users)) => ({
  id: `user-${id}`,
  set: { change: `${process.pid}-${changes++}` },
});

/** For each kind of call, how to make it and how much it counts. */
const CALLS = {
  single: { worth: 1, run: (url, users) => call(url, 'users.partialUpdate', { users: [change(users)] }) },
  get: {
    worth: 1,
    run: (url, users) => call(url, 'users.query', { filter: { id: `user-${random(users)}` } }),
  },
  query: {
    worth: 1,
    run: url =>
      call(url, 'users.query', { filter: { city: `city-${random(CITIES)}` }, options: { limit: 30 } }),
  },
  bulk: {
    worth: BATCH,
    run: url => {
      const first = made;
      made += BATCH;
      const users = Array.from({ length: BATCH }, (_, index) =>
        makeUser(`bulk-${process.pid}-${first + index}`, first + index),
      );
      return call(url, 'users.upsert', { users });
    },
  },
  touch: {
    worth: 20,
    run: (url, users) => {
      const start = random(users - 20);
      return call(url, 'users.partialUpdate', {
        users: Array.from({ length: 20 }, (_, index) => change(users, start + index)),
      });
    },
  },
};

/** Keeps `inFlight` calls in flight, evenly over the servers. Each of the two load processes makes half of them. */
async function calls({ kind, urls, inFlight, users, seconds, worker }) {
  const { run, worth } = CALLS[kind];
  const end = now() + seconds * 1000;
  let done = 0;
  const loop = async index => {
    const url = urls[(2 * index + worker) % urls.length];
    while (now() < end) {
      await run(url, users);
      if (now() < end) done += worth;
    }
  };
  await Promise.all(Array.from({ length: inFlight / 2 }, (_, index) => loop(index)));
  return done;
}

/** Sends one write after the other to the first server, `perSecond` a second. @returns when each was acknowledged. */
async function paced({ urls, perSecond, seconds, users }) {
  const acknowledged = [];
  const begin = now();
  for (let index = 0; index < perSecond * seconds; index++) {
    const waitMs = begin + (index * 1000) / perSecond - now();
    if (waitMs > 0) await new Promise(resolve => setTimeout(resolve, waitMs));
    await CALLS.single.run(urls[0], users);
    acknowledged.push(now());
  }
  return acknowledged;
}

async function fill({ urls, users }) {
  await call(urls[0], 'settings.update', { indexed_custom_fields: ['city'] });
  for (let start = 0; start < users; start += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, index) =>
      makeUser(`user-${start + index}`, start + index),
    );
    await call(urls[0], 'users.upsert', { users: batch });
  }
}

let listeners;
const JOBS = {
  calls,
  paced,
  fill,
  raw: runRaw,
  listen: async job => {
    listeners = await openListeners(job);
  },
  heard: () => listeners.heard(),
  settle: () => listeners.settle(),
  delays: ({ acknowledged }) => listeners.delays(acknowledged),
  unlisten: () => listeners.close(),
};

if (process.argv[2] === '--load') {
  process.on('message', async job => {
    try {
      process.send({ value: await JOBS[job.do](job) });
    } catch (error) {
      process.send({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
  process.on('disconnect', () => process.exit());
  process.send('ready');
}
