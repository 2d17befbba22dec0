import type { ProgramWorld } from './program-world.js';
import { EVE, FRIENDS } from './program-world.js';
import type { StepInput } from './step.js';
import { USER_STEPS } from './user-steps.js';

const FAR_OFF = Date.UTC(2100, 0, 1);
const GRANTS = [
  'read-users',
  'query-users',
  'update-own-user',
  'block-user',
  'create-channel',
  'send-message',
];

/** How a ban says when it ends. */
function endOf({ dice }: ProgramWorld): { [name: string]: StepInput } {
  const ends = [{}, { timeout: 60 }, { expires_at: FAR_OFF }, { expires_at: '2100-02-03T04:05:06Z' }];
  return dice.pick<{ [name: string]: StepInput }>(ends);
}

/** The calls about moderation, blocks, devices, roles, settings and tokens. */
export const ACCESS_STEPS: Record<string, (world: ProgramWorld) => void> = {
  ban(world) {
    const ids = world.ids().filter(id => world.users.get(id)?.role !== 'admin');
    if (ids.length === 0) return;
    const id = world.dice.pick(ids);
    world.know(id, { banned: true });
    const reason = world.dice.chance(0.5) ? { reason: 'spam, „again“' } : {};
    world.write({ as: world.admin(), path: 'moderation.ban', input: { id, ...reason, ...endOf(world) } });
  },

  banRunsOut(world) {
    const ids = world.ids().filter(id => !world.users.get(id)?.banned);
    if (ids.length === 0) return;
    const input = { id: world.dice.pick(ids), expires_at: { $now: 400 } };
    world.write({ as: 'server', path: 'moderation.ban', input, until: 'news' });
  },

  shadowBan(world) {
    const ids = world.ids();
    if (ids.length === 0) return;
    const input = { id: world.dice.pick(ids), banned_by_id: world.dice.pick(FRIENDS), ...endOf(world) };
    world.write({ as: 'server', path: 'moderation.shadowBan', input });
  },

  unban(world) {
    const banned = world.ids().filter(id => world.users.get(id)?.banned);
    const id = world.dice.pick(banned.length > 0 ? banned : world.ids('active', true));
    world.know(id, { banned: false });
    world.write({ as: world.admin(), path: 'moderation.unban', input: { id } });
  },

  removeShadowBan(world) {
    const input = { id: world.dice.pick(world.ids('active', true)) };
    world.write({ as: 'server', path: 'moderation.removeShadowBan', input });
  },

  queryBanned(world) {
    const input = { limit: world.dice.pick([1, 5, 100]) };
    world.write({ as: world.admin(), path: 'moderation.queryBanned', input });
  },

  block(world) {
    const owner = world.actor();
    const others = world.ids('active', true).filter(id => id !== owner);
    const id = world.dice.pick(others);
    world.blocks.push({ id, owner });
    world.write({ as: owner, path: 'blocks.block', input: { id } });
  },

  unblock(world) {
    if (world.blocks.length === 0) return;
    const { id, owner } = world.dice.pick(world.blocks);
    world.write({ as: 'server', path: 'blocks.unblock', input: { id, user_id: owner } });
  },

  listBlocks(world) {
    const owner = world.dice.pick([...world.blocks.map(one => one.owner), EVE]);
    world.write({ as: 'server', path: 'blocks.list', input: { user_id: owner } });
  },

  addDevice(world) {
    const owner = world.actor();
    const id = world.fresh('device');
    world.devices.push({ id, owner });
    const input = { id, push_provider: world.dice.pick(['apn', 'firebase', 'huawei', 'xiaomi']) };
    world.write({ as: owner, path: 'devices.add', input });
  },

  removeDevice(world) {
    if (world.devices.length === 0) return;
    const { id, owner } = world.dice.pick(world.devices);
    world.write({ as: 'server', path: 'devices.remove', input: { id, user_id: owner } });
  },

  listDevices(world) {
    world.write({ as: world.actor(), path: 'devices.list', input: {} });
  },

  createRole(world) {
    const name =
      world.dice.chance(0.8) || world.roles.length === 0 ? world.fresh('role') : world.dice.pick(world.roles);
    if (!world.roles.includes(name)) world.roles.push(name);
    world.write({ as: 'server', path: 'roles.create', input: { name } });
  },

  deleteRole(world) {
    if (world.roles.length === 0) return;
    const held = new Set([...world.users.values()].map(({ role }) => role));
    const free = world.roles.filter(role => !held.has(role));
    const name = world.dice.pick(free.length > 0 ? free : world.roles);
    if (free.length > 0) world.roles.splice(world.roles.indexOf(name), 1);
    world.write({ as: 'server', path: 'roles.delete', input: { name } });
  },

  listRoles(world) {
    world.write({ as: 'server', path: 'roles.list' });
  },

  getSettings(world) {
    world.write({ as: 'server', path: 'settings.get' });
  },

  updateSettings(world) {
    const { dice } = world;
    const input = dice.pick<StepInput>([
      { indexed_custom_fields: dice.some(['age', 'address.city', 'mood1'], 2) },
      { max_custom_bytes: dice.pick([1024, 5120]) },
      { event_retention_days: dice.whole(10, 40) },
      { grants: { guest: dice.some(GRANTS, 6) } },
      { grants: Object.fromEntries(world.roles.slice(0, 1).map(role => [role, dice.some(GRANTS, 6)])) },
    ]);
    world.write({ as: 'server', path: 'settings.update', input });
  },

  /** For a few steps, names are taken. Nobody is made meanwhile, who might then not be there for all that follows. */
  haveUniqueNames(world) {
    const scope = world.dice.pick(['app', 'team']);
    const set = (enforce_unique_usernames: string) =>
      world.write({ as: 'server', path: 'settings.update', input: { enforce_unique_usernames } });
    set(scope);
    for (let count = 0; count < 3; count++) {
      world.next.push(() => world.dice.pick([USER_STEPS.update, USER_STEPS.connect])?.(world));
    }
    world.next.push(() => set('no'));
  },

  /** For a few steps, people of different teams do not see each other. */
  haveTenants(world) {
    const set = (multi_tenant_enabled: boolean) =>
      world.write({ as: 'server', path: 'settings.update', input: { multi_tenant_enabled } });
    set(true);
    for (let count = 0; count < 3; count++) {
      world.next.push(() => world.write({ as: world.actor(), path: 'users.query', input: {} }));
    }
    world.next.push(() => set(false));
  },

  revokeUser(world) {
    const ids = world.ids();
    if (ids.length === 0) return;
    const id = world.dice.pick(ids);
    const revoke = (before: StepInput) =>
      world.write({ as: 'server', path: 'tokens.revoke', input: { ids: [id], before } });
    revoke({ $time: -30_000 });
    world.next.push(
      () => world.write({ as: id, path: 'users.query', input: {} }),
      () => revoke(null),
    );
  },

  revokeAll(world) {
    const revoke = (before: StepInput) =>
      world.write({ as: 'server', path: 'tokens.revoke', input: { before } });
    revoke({ $time: -30_000 });
    world.next.push(
      () => world.write({ as: world.actor(), path: 'devices.list', input: {} }),
      () => revoke(null),
    );
  },
};
