import { EVE, FRIENDS, type ProgramWorld } from './program-world.js';
import type { StepInput } from './step.js';

const [FAY, FLO] = FRIENDS;
const CID = 'room:first';
const CALL = 'audio:first';

const CALLS: [as: string, path: string, input: { [name: string]: StepInput }][] = [
  ['server', 'roles.create', { name: 'visitor' }],
  ['server', 'roles.delete', { name: 'visitor' }],
  [EVE, 'chat.createChannel', { type: 'room', id: 'first', members: [FAY] }],
  [EVE, 'chat.addMembers', { cid: CID, members: [FLO] }],
  [FLO, 'chat.getChannel', { cid: CID }],
  [EVE, 'chat.removeMembers', { cid: CID, members: [FLO] }],
  [FAY, 'chat.sendMessage', { cid: CID, id: 'm-first', text: 'hello' }],
  [FAY, 'chat.updateMessage', { id: 'm-first', text: 'hello!' }],
  [EVE, 'chat.getMessage', { id: 'm-first' }],
  [EVE, 'chat.addReaction', { message_id: 'm-first', type: 'like' }],
  [EVE, 'chat.removeReaction', { message_id: 'm-first', type: 'like' }],
  [EVE, 'chat.flagMessage', { message_id: 'm-first' }],
  [EVE, 'chat.unflagMessage', { message_id: 'm-first' }],
  [EVE, 'chat.queryMessages', { cid: CID }],
  [FAY, 'chat.deleteMessage', { id: 'm-first' }],
  [FAY, 'video.createCall', { type: 'audio', id: 'first', members: [EVE] }],
  [EVE, 'video.joinCall', { cid: CALL }],
  [EVE, 'video.addCallMembers', { cid: CALL, members: [FLO] }],
  [EVE, 'video.leaveCall', { cid: CALL }],
  [FLO, 'video.getCall', { cid: CALL }],
  [FAY, 'video.endCall', { cid: CALL }],
];

/** Calls that might find no object by chance, each once, among people who are there. */
export function writeFirstRound(world: ProgramWorld): void {
  for (const [as, path, input] of CALLS) world.write({ as, path, input });
  const ids = ['passer-by'];
  world.write({ as: 'server', path: 'users.upsert', input: { users: [{ id: 'passer-by' }] } });
  world.write({ as: 'server', path: 'users.deleteMany', input: { ids }, until: 'task' });
  world.write({ as: 'server', path: 'users.restoreMany', input: { ids }, until: 'task' });
}
