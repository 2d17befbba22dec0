import type { ProgramWorld } from './program-world.js';
import { EVE, FRIENDS } from './program-world.js';
import { answerOf, type StepInput } from './step.js';

const TEAMS = ['red', 'blue', 'grün'];
/** Few, so that some names meet; of several scripts and sizes, so that engines have something to disagree about. */
const NAMES = [
  'Ann',
  'ann.',
  'Änne',
  'Ben Doe',
  'ben-doe',
  'Zoë',
  'ZOE',
  'Øyvind',
  'Łukasz',
  '李雷',
  'Émile Zola',
  'emile zola',
  "O'Neil",
  '100%',
  'under_score',
  '😀 Smile',
  'ß',
  'ẞ',
  'İstanbul',
  'a',
];
const CITIES = ['Berlin', 'berlin', 'Århus', 'Zürich', 'New York', '東京'];
const LANGUAGES = ['en', 'de', 'pt-BR', 'zh-Hant'];
const EVERYTHING = { include_deactivated_users: true, include_deleted_users: true };

/** Fields of custom data whose values are of different kinds from user to user. */
function customOf({ dice }: ProgramWorld): { [name: string]: StepInput } {
  const custom: { [name: string]: StepInput } = {};
  if (dice.chance(0.6)) {
    custom.age = dice.pick<StepInput>([18, '18', 18.5, -1, 0, 1e15, 99, null, true, [18], { years: 18 }]);
  }
  if (dice.chance(0.5)) custom.address = { city: dice.pick(CITIES), number: dice.whole(1, 20) };
  if (dice.chance(0.4)) custom.tags = dice.some(['a', 'b', 'ä', 'B', 'c c', ''], 3);
  if (dice.chance(0.2)) custom.text = dice.pick(['plain', '"quoted"', "it's", '\\ back', 'a\nb', '%_', '']);
  return custom;
}

function nameOf({ dice }: ProgramWorld): string {
  return dice.chance(0.4) ? dice.pick(NAMES) : `${dice.pick(NAMES)} ${dice.whole(1, 99)}`;
}

function profileOf(world: ProgramWorld): { [name: string]: StepInput } {
  const { dice } = world;
  return {
    ...(dice.chance(0.8) && { name: nameOf(world) }),
    ...(dice.chance(0.3) && { image: `https://example.com/${dice.whole(1, 9)}.png` }),
    ...(dice.chance(0.4) && { language: dice.pick(LANGUAGES) }),
    ...(dice.chance(0.7) && { custom: customOf(world) }),
    ...(dice.chance(0.15) && { invisible: true }),
    ...(dice.chance(0.15) && { privacy_settings: { read_receipts: { enabled: dice.chance(0.5) } } }),
    ...(dice.chance(0.1) && { push_notifications: { disabled: true } }),
  };
}

function userOf(world: ProgramWorld, id: string): { [name: string]: StepInput } {
  const { dice } = world;
  const role = dice.chance(0.25) ? 'admin' : dice.pick(['user', 'user', 'guest', ...world.roles]);
  const teams = dice.chance(0.4) ? dice.some(TEAMS, 2) : [];
  const banned = dice.chance(0.05);
  world.know(id, { state: 'active', role, banned, revision: answerOf(world.at, 'users', id, 'revision') });
  return {
    id,
    ...profileOf(world),
    ...(role !== 'user' && { role }),
    ...(teams.length > 0 && { teams, teams_role: { [teams[0] as string]: 'user' } }),
    ...(banned && { banned }),
  };
}

/** A filter whose parts are all about something that some users have. */
function filterOf(world: ProgramWorld, server: boolean): StepInput {
  const { dice } = world;
  const clauses: (() => StepInput)[] = [
    () => ({ name: { $autocomplete: dice.pick(['a', 'be', 'do', 'zo', 'e', '李', 'ß', '1']) } }),
    () => ({ name: { [dice.pick(['$gt', '$gte', '$lt', '$lte', '$ne'])]: dice.pick(NAMES) } }),
    () => ({ id: { $in: dice.some([...world.users.keys(), 'nobody'], 6) } }),
    () => ({ id: { $autocomplete: dice.pick(['u', 'u-1', 'f']) } }),
    () => ({ role: { $nin: ['admin', 'guest'] } }),
    () => ({ role: dice.pick(['user', 'admin']) }),
    () => ({ teams: { $contains: dice.pick(TEAMS) } }),
    () => ({ banned: dice.chance(0.3) }),
    () => ({ language: { $exists: dice.chance(0.5) } }),
    () => ({ language: dice.pick(LANGUAGES) }),
    () => ({
      age: { [dice.pick(['$gt', '$gte', '$lt', '$lte', '$eq', '$ne'])]: dice.pick([18, '18', 0, 50]) },
    }),
    () => ({ age: { $exists: dice.chance(0.5) } }),
    () => ({ age: null }),
    () => ({ 'custom.address.city': { $in: dice.some(CITIES, 3) } }),
    () => ({ 'address.number': { $lte: dice.whole(1, 20) } }),
    () => ({ tags: { $contains: dice.pick(['a', 'ä', 'B']) } }),
    () => ({ tags: ['a', 'b'] }),
    () => ({ address: { $exists: true } }),
    () => ({ text: dice.pick(['"quoted"', "it's", '\\ back', '%_']) }),
    () => ({ created_at: { [dice.pick(['$gt', '$lte'])]: answerOf(0, 'users', FRIENDS[0], 'created_at') } }),
    () => ({ deactivated_at: { $exists: true } }),
    () => ({ last_active: { $exists: false } }),
    ...(server ? [() => ({ shadow_banned: dice.chance(0.3) }), () => ({ invisible: true })] : []),
  ];
  const one = () => dice.pick(clauses)();
  const kind = dice.whole(0, 9);
  if (kind < 5) return one();
  if (kind < 6) return {};
  if (kind < 8) return { $or: [one(), one()] };
  if (kind < 9) return { $and: [one(), { $nor: [one()] }] };
  return { $and: [{ $or: [one(), one(), one()] }, { $or: [one(), { $nor: [one(), one()] }] }] };
}

/** The calls of the noun `users` that write and read profiles. Each writes one step, or none when it has no object. */
export const USER_STEPS: Record<string, (world: ProgramWorld) => void> = {
  create(world) {
    const ids = Array.from({ length: world.dice.whole(1, 4) }, () => world.fresh('u'));
    world.write({ as: 'server', path: 'users.upsert', input: { users: ids.map(id => userOf(world, id)) } });
  },

  replace(world) {
    const ids = world.dice.some(world.ids(), 3);
    if (ids.length === 0) return;
    const revisions = ids.map(id => world.users.get(id)?.revision);
    const users = ids.map((id, index) => ({
      ...userOf(world, id),
      ...(world.dice.chance(0.3) && { if_revision: revisions[index] }),
    }));
    world.write({ as: 'server', path: 'users.upsert', input: { users } });
  },

  /** What was read is written back: nothing changes. */
  writeBack(world) {
    const id = world.dice.pick(world.ids('active', true));
    const read = world.at;
    world.write({ as: 'server', path: 'users.query', input: { filter: { id } } });
    world.next.push(() =>
      world.write({ as: 'server', path: 'users.upsert', input: { users: [answerOf(read, 'users', '0')] } }),
    );
  },

  update(world) {
    const { dice } = world;
    const ids = dice.some(world.ids('active', true), 3);
    const users = ids.map(id => ({
      id,
      set: {
        ...(dice.chance(0.4) && { name: nameOf(world) }),
        ...(dice.chance(0.3) && { 'address.city': dice.pick(CITIES) }),
        ...(dice.chance(0.3) && { 'custom.deep.er.still': dice.whole(0, 3) }),
        ...(dice.chance(0.2) && { tags: dice.some(['x', 'y', 'z'], 3) }),
        [`mood${dice.whole(1, 3)}`]: dice.pick<StepInput>(['good', 1, null, { x: [1, { y: 2 }] }, false]),
      },
      ...(dice.chance(0.3) && { unset: [dice.pick(['age', 'text', 'language', 'image', 'custom.deep.er'])] }),
    }));
    world.write({ as: 'server', path: 'users.partialUpdate', input: { users } });
  },

  promote(world) {
    const ids = world.ids();
    if (ids.length === 0) return;
    const id = world.dice.pick(ids);
    const role = world.dice.pick(['admin', 'user', ...world.roles]);
    world.know(id, { role });
    const users = [{ id, set: { role, teams: world.dice.some(TEAMS, 2) } }];
    world.write({ as: 'server', path: 'users.partialUpdate', input: { users } });
  },

  updateOneself(world) {
    const id = world.actor();
    const set = { language: world.dice.pick(LANGUAGES), 'about.me': world.dice.pick(CITIES) };
    world.write({ as: id, path: 'users.partialUpdate', input: { users: [{ id, set }] } });
  },

  updateAnother(world) {
    const users = [{ id: world.dice.pick(world.ids('active', true)), set: { note: world.fresh('note') } }];
    world.write({ as: world.admin(), path: 'users.partialUpdate', input: { users } });
  },

  connect(world) {
    const id = world.actor();
    const user = world.dice.chance(0.4) ? { id } : { id, ...profileOf(world), invisible: false };
    world.write({ as: id, path: 'users.connect', input: { user } });
  },

  comeLazily(world) {
    const id = world.fresh('u');
    world.know(id, { revision: answerOf(world.at, 'user', 'revision') });
    world.write({ as: id, path: 'users.connect', input: { user: { id, ...profileOf(world) } } });
  },

  comeAsGuest(world) {
    const id = world.fresh('guest');
    world.know(id, { role: 'guest', revision: answerOf(world.at, 'user', 'revision') });
    const input = { user: { id, ...profileOf(world) } };
    world.write({ as: 'nobody', path: 'users.connectGuest', input });
  },

  query(world) {
    const { dice } = world;
    const as = dice.chance(0.7) ? 'server' : world.actor();
    const server = as === 'server';
    const field = [
      'id',
      'name',
      'role',
      'language',
      'created_at',
      'age',
      'address.city',
      'tags',
      'mood1',
      'banned',
    ];
    const direction = () => dice.pick([1, -1]);
    const sort = dice.chance(0.7)
      ? dice.some(field, 3).map(name => ({ field: name, direction: direction() }))
      : [];
    const query = { filter: filterOf(world, server), sort };
    const options = {
      limit: dice.pick([1, 2, 3, 7, 100]),
      ...(dice.chance(0.3) && { include_deactivated_users: true }),
      ...(server && dice.chance(0.3) && EVERYTHING),
    };
    const more = dice.chance(0.2) ? { offset: dice.whole(0, 4) } : dice.chance(0.1) ? { id_gt: 'u-2' } : {};
    const first = world.at;
    world.write({ as, path: 'users.query', input: { ...query, options: { ...options, ...more } } });
    if (options.limit > 7 || 'offset' in more || !dice.chance(0.7)) return;
    world.next.push(() => {
      const next = answerOf(first, 'next');
      world.write({ as, path: 'users.query', input: { ...query, options: { ...options, ...more, next } } });
    });
  },

  history(world) {
    const user_id = world.dice.pick([...world.users.keys()]);
    const input = { user_id, by: world.dice.chance(0.4), limit: world.dice.pick([1, 3, 100]) };
    const first = world.at;
    world.write({ as: 'server', path: 'users.history', input });
    if (input.limit > 3) return;
    world.next.push(() =>
      world.write({
        as: 'server',
        path: 'users.history',
        input: { ...input, next: answerOf(first, 'next') },
      }),
    );
  },

  exportOne(world) {
    const id = world.dice.pick([...world.users.keys()]);
    world.write({ as: 'server', path: 'users.exportOne', input: { id } });
  },
};

/** The users that are there from the beginning; the first step. */
export function writeFirstUsers(world: ProgramWorld): void {
  const ids = [EVE, ...FRIENDS];
  for (const id of ids) world.know(id, {});
  world.write({
    as: 'server',
    path: 'users.upsert',
    input: { users: ids.map(id => ({ id, teams: ['red'] })) },
  });
}
