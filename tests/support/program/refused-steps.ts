import type { ProgramWorld } from './program-world.js';
import { EVE } from './program-world.js';
import type { Step, StepInput } from './step.js';

const NO_TASK = '00000000-0000-4000-8000-000000000000';

const call = (path: string, input: StepInput, as = 'server'): Step => ({ as, path, input });
const upsert = (...users: StepInput[]) => call('users.upsert', { users });
const update = (...users: StepInput[]) => call('users.partialUpdate', { users });
const query = (input: StepInput, as = EVE) => call('users.query', input, as);

/** Calls that are wrong whatever is stored; EVE is there and is no admin. */
const WRONG: readonly Step[] = [
  upsert(),
  upsert('jane'),
  upsert({ id: 'fine' }, { name: 'no id' }),
  upsert({ id: 'a b' }),
  upsert({ id: 'x'.repeat(256) }),
  upsert({ id: 'x', name: 'x'.repeat(256) }),
  upsert({ id: 'x', name: 'a\u0000b' }),
  upsert({ id: 'x', image: 'not a url' }, { id: 'y', language: '?' }, { id: 'z', teams: 'red' }),
  upsert({ id: 'x', a: 1, custom: { a: 2 } }),
  upsert({ id: 'x', a: 'x'.repeat(6000) }),
  upsert({ id: 'x', a: 'x'.repeat(16_400) }),
  upsert({ id: 'x' }, { id: 'y' }, { id: 'x' }),
  upsert({ id: 'x', role: 'ghost' }),
  upsert({ id: EVE, if_revision: 9999 }, { id: 'nobody', if_revision: 3 }),
  update({ id: 'nobody', set: { a: 1 } }),
  update({ id: EVE, set: { revision: 9 } }),
  update({ id: EVE, set: { 'a.b': 1, a: 2 } }),
  update({ id: EVE, set: { '__proto__.x': 1 } }),
  update({ id: EVE }, { id: 'nobody', unset: ['a'] }),
  call('users.partialUpdate', { users: [{ id: EVE, set: { role: 'admin' } }] }, EVE),
  call('users.partialUpdate', { users: [{ id: 'fay', set: { name: 'x' } }] }, EVE),
  call('users.connect', { user: { id: EVE, role: 'admin' } }, EVE),
  call('users.connect', { user: { id: 'fay' } }, EVE),
  call('users.connect', { user: { id: EVE } }),
  call('users.connectGuest', { user: { id: EVE } }, 'nobody'),
  call('users.upsert', { users: [{ id: 'x' }] }, EVE),
  call('users.upsert', { users: [{ id: 'x' }] }, 'nobody'),
  call('users.upsert', { users: [{ id: 'x' }], surprise: true }),
  call('users.explode', {}),
  query({ filter: { age: { $regex: 'x' } } }),
  query({ filter: { banned: { $gt: true } } }),
  query({ filter: { image: 'x' } }),
  query({ filter: { shadow_banned: true } }),
  query({ filter: { name: { $autocomplete: 7 } } }),
  query({ filter: { $and: [] } }),
  query({ sort: [{ field: 'id', direction: 2 }] }),
  query({ options: { limit: 101 } }),
  query({ options: { next: 'bm9uc2Vuc2U' } }),
  query({ options: { include_deleted_users: true } }),
  query({}, 'anonymous'),
  query({}, 'never-seen'),
  call('users.history', { user_id: 'nobody' }),
  call('users.history', { user_id: EVE, next: 'bm9uc2Vuc2U' }),
  call('users.deactivate', { id: 'nobody' }),
  call('users.deactivateMany', { ids: [EVE, 'nobody'] }),
  call('users.reactivate', { id: 'nobody' }),
  call('users.deleteMany', { ids: [EVE], user: 'hard' }),
  call('users.deleteMany', { ids: ['fay', 'nobody'] }),
  call('users.deleteMany', { ids: ['fay'], created_by_id: 'nobody' }),
  call('users.previewDelete', { ids: ['fay'], calls: 'pruning' }),
  call('users.restoreMany', { ids: ['nobody'] }),
  call('users.exportOne', { id: 'nobody' }),
  call('users.exportMany', { ids: Array.from({ length: 26 }, (_, index) => `u${index}`) }),
  call('users.act', { filter: {}, action: { type: 'deactivate' } }),
  call('users.act', {
    filter: { id: 'nobody' },
    action: { type: 'unban' },
    options: { expected: { count: 1 } },
  }),
  call('users.previewAct', { filter: { id: 'fay' }, action: { type: 'delete', user: 'hard' } }),
  call('tasks.get', { task_id: NO_TASK }),
  call('tasks.cancel', { task_id: '1' }),
  call('tasks.list', { next: 'bm9uc2Vuc2U' }),
  call('settings.update', { colour: 'red' }),
  call('settings.update', { event_retention_days: 0, max_custom_bytes: 'many' }),
  call('roles.create', { name: 'admin' }),
  call('roles.delete', { name: 'user' }),
  call('roles.delete', { name: 'ghost' }),
  call('tokens.revoke', { ids: [EVE, 'nobody'], before: null }),
  call('moderation.ban', { id: 'nobody' }),
  call('moderation.ban', { id: 'fay' }, EVE),
  call('moderation.ban', { id: 'fay', timeout: 5, expires_at: 4_102_444_800_000 }),
  call('blocks.block', { id: EVE }, EVE),
  call('blocks.block', { id: 'fay' }),
  call('devices.add', { id: 'x', push_provider: 'pigeon' }, EVE),
  call('devices.list', { user_id: 'nobody' }),
  call('chat.createChannel', { type: 'room', members: ['nobody'], user_id: EVE }),
  call('chat.getChannel', { cid: 'room:nowhere' }, EVE),
  call('chat.sendMessage', { cid: 'room:nowhere', text: 'x' }, EVE),
  call('chat.getMessage', { id: 'nothing' }),
  call('chat.queryMessages', { cid: 'nonsense' }),
  call('video.joinCall', { cid: 'audio:nowhere' }, EVE),
  call('video.createCall', { type: 'a b' }, EVE),
  call('feeds.removeActivity', { id: 'nothing' }, EVE),
  call('feeds.addActivity', { verb: 'like', object: '' }, EVE),
];

/** Calls that are refused. */
export const REFUSED_STEPS: Record<string, (world: ProgramWorld) => void> = {
  wrong: world => world.write(world.dice.pick(WRONG)),

  /** Something is asked of, or by, users who cannot. */
  late(world) {
    const late = [...world.ids('deactivated'), ...world.ids('deleted'), ...world.ids('gone')];
    if (late.length === 0) return;
    const id = world.dice.pick(late);
    const calls: Step[] = [
      upsert({ id: 'fine' }, { id, name: 'Back' }),
      update({ id, set: { a: 1 } }),
      call('users.connect', { user: { id } }, id),
      query({}, id),
      call('users.connectGuest', { user: { id } }, 'nobody'),
      call('moderation.ban', { id, timeout: 600 }),
      call('blocks.block', { id, user_id: EVE }),
      call('chat.createChannel', { type: 'dm', members: [id], user_id: EVE }),
      call('devices.add', { id: 'late', push_provider: 'apn', user_id: id }),
      call('users.exportOne', { id }),
      call('users.restoreMany', { ids: ['fay', id], restore_content: 'yes' }),
    ];
    world.write(world.dice.pick(calls));
  },

  takenName(world) {
    // Once in a while: it takes four steps.
    if (!world.dice.chance(0.2)) return;
    const [first, second] = [world.fresh('u'), world.fresh('u')];
    const users = [
      { id: first, name: `Taken by ${first}` },
      { id: second, name: `tak-en BY ${first}` },
    ];
    for (const { id } of users) world.know(id, { state: 'gone' });
    world.write({ as: 'server', path: 'settings.update', input: { enforce_unique_usernames: 'app' } });
    world.next.push(
      () => world.write({ as: 'server', path: 'users.upsert', input: { users: users.slice(0, 1) } }),
      () => world.write({ as: 'server', path: 'users.upsert', input: { users } }),
      () =>
        world.write({
          as: EVE,
          path: 'users.connect',
          input: { user: { id: EVE, name: `taken by ${first}` } },
        }),
      () => world.write({ as: 'server', path: 'settings.update', input: { enforce_unique_usernames: 'no' } }),
    );
  },

  /** Somebody else's things. */
  foreign(world) {
    const [messages, channels] = [world.messages, world.channels];
    if (messages.length === 0 || channels.length === 0) return;
    const message = world.dice.pick(messages);
    const as = world.actor();
    world.write({ as, path: 'chat.updateMessage', input: { id: message.id, text: 'mine' } });
    world.next.push(() => {
      const cid = world.dice.pick(channels).id;
      world.write({ as, path: 'chat.sendMessage', input: { cid, text: 'may I?' } });
    });
  },
};
