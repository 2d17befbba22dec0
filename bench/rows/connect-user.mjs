/**
 * Users who connect, 32 in flight: new ones and known ones, over the wire (`users.connect`, then a WebSocket until its first
 * page) and with the client; and how long others' writes wait meanwhile.
 */
import { join } from 'node:path';
import { createClient } from '@rollcall/client';
import { WebSocket } from 'ws';
import { caller } from '../stage/call.mjs';
import { temporaryFolder } from '../stage/engines.mjs';
import { inFlight, pause } from '../stage/in-flight.mjs';
import { tableLine } from '../stage/lines.mjs';
import { startOthers } from '../stage/others-process.mjs';
import { startServer, TOKEN } from '../stage/servers.mjs';
import { userToken } from '../stage/tokens.mjs';
import { takeTurns } from '../stage/turns.mjs';

const IN_FLIGHT = 32;

export const connectUser = {
  name: 'connect-user',
  says: '`connectUser`, new and known users',
  run: ({ quick, rounds }) => measure({ users: quick ? 200 : 600, rounds }),
};

async function measure({ users, rounds }) {
  const server = await startServer(`sqlite:${join(temporaryFolder(), 'rollcall.sqlite')}`);
  const call = caller(server.url, TOKEN);
  const others = startOthers();
  let stallMs = 0;
  /** @returns connections a second. All are closed again. */
  const connectAll = async (prefix, connect) => {
    await others.begin(server.url);
    const close = [];
    const { perSecond } = await inFlight({
      count: users,
      width: IN_FLIGHT,
      run: async index => close.push(await connect(server.url, `${prefix}-${index}`, call)),
    });
    stallMs = Math.max(stallMs, ...(await others.end()));
    await Promise.all(close.map(one => one()));
    await pause(1000);
    return perSecond;
  };
  try {
    await connectAll('warm', connectOverTheWire);
    await connectAll('warm-client', withClient);
    stallMs = 0;
    const took = await takeTurns(rounds, {
      wireNew: round => connectAll(`wire-${round}`, connectOverTheWire),
      wireKnown: round => connectAll(`wire-${round}`, connectOverTheWire),
      clientNew: round => connectAll(`client-${round}`, withClient),
      clientKnown: round => connectAll(`client-${round}`, withClient),
    });
    return lines(took, stallMs);
  } finally {
    await others.stop();
    await server.stop();
  }
}

/** Connects as somebody would who has no client. @returns what closes the connection. */
export async function connectOverTheWire(url, id, call) {
  const token = userToken(id);
  const { position } = await call('users.connect', { user: { id, name: `Person ${id}` } }, token);
  const socket = new WebSocket(`${url.replace('http', 'ws')}/trpc?connectionParams=1`);
  await new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', code => reject(new Error(`closed with ${code}`)));
    socket.once('open', () => {
      const params = { path: 'live.events', input: { user_ids: [id] }, lastEventId: position };
      socket.send(JSON.stringify({ method: 'connectionParams', data: { token } }));
      socket.send(JSON.stringify({ id: 1, method: 'subscription', params }));
    });
    socket.on('message', data => data.includes('"type":"data"') && resolve());
  });
  return async () => socket.terminate();
}

async function withClient(url, id) {
  const client = createClient({ url });
  await client.connectUser({ id, name: `Person ${id}` }, userToken(id));
  return () => client.disconnectUser();
}

function lines({ wireNew, wireKnown, clientNew, clientKnown }, stallMs) {
  const line = (how, ours, least) =>
    tableLine({ work: `connectUser, 32 in flight, ${how}`, ours, unit: 'users/s', least });
  return [
    line('over the wire: new users', wireNew, 400),
    line('over the wire: known users', wireKnown, 700),
    line('with the client: new users', clientNew, 250),
    line('with the client: known users', clientKnown, 400),
    tableLine({ work: "meanwhile the longest of others' writes", ours: stallMs, unit: 'ms', most: 100 }),
  ];
}
