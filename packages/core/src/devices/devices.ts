import { type Actor, type Device, type DeviceInput, LIMITS } from '@rollcall/protocol';
import type { UnitOfWork, WriteTransaction } from '../database/unit-of-work.js';
import { findUsersForUpdate, userNotFound } from '../users/find-users.js';
import type { OwnChange } from '../users/model/user-changes.js';
import type { UserRow } from '../users/model/user-table.js';
import { saveUsers } from '../users/save-users.js';
import { userDeleted } from '../users/tombstones.js';

/** The devices of users, for push notifications. They are part of the user: reading the user reads its devices. */
export class Devices {
  readonly #unitOfWork: UnitOfWork;

  constructor(unitOfWork: UnitOfWork) {
    this.#unitOfWork = unitOfWork;
  }

  /** Adds a device, or changes the one with its id. @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED` */
  add(actor: Actor, userId: string, device: DeviceInput): Promise<UserRow> {
    return this.#unitOfWork.write(transaction => addDevice(transaction, actor, { userId, device }));
  }

  /** Removes a device, if the user has it. @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED` */
  remove(actor: Actor, userId: string, id: string): Promise<UserRow> {
    return this.#unitOfWork.write(transaction => removeDevice(transaction, actor, { userId, id }));
  }
}

/**
 * Adds a device to a user. If the user already has the id, the device takes the new data and keeps its place and time;
 * without a change nothing is written, so an app may add its device at every start. If the user already has 25 devices,
 * the oldest is removed and its event comes first. Another user may add the same id: apps must see to it that a device
 * belongs to one user at a time.
 * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`
 */
async function addDevice(
  transaction: WriteTransaction,
  actor: Actor,
  change: { userId: string; device: DeviceInput },
): Promise<UserRow> {
  const { userId, device: given } = change;
  let user = await holdUser(transaction, userId);
  const { id, push_provider, push_provider_name } = given;
  const known = user.devices.find(one => one.id === id);
  const device: Device = {
    id,
    push_provider,
    ...(push_provider_name !== undefined && { push_provider_name }),
    created_at: known?.created_at ?? transaction.now,
  };
  const save = async (devices: Device[], ownChange: OwnChange) => {
    const draft = { index: 0, before: user, after: { ...user, devices }, told: ownChange };
    [user = user] = await saveUsers(transaction, actor, [draft]);
  };
  if (known) {
    const devices = user.devices.map(one => (one.id === id ? device : one));
    await save(devices, { type: 'user.device.added', device });
    return user;
  }
  while (user.devices.length >= LIMITS.devices) {
    const [oldest, ...younger] = user.devices;
    if (oldest) await save(younger, { type: 'user.device.removed', device: oldest });
  }
  await save([...user.devices, device], { type: 'user.device.added', device });
  return user;
}

/** Removes a device from a user, if the user has it. @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED` */
async function removeDevice(
  transaction: WriteTransaction,
  actor: Actor,
  { userId, id }: { userId: string; id: string },
): Promise<UserRow> {
  const before = await holdUser(transaction, userId);
  const device = before.devices.find(one => one.id === id);
  if (!device) return before;
  const after = { ...before, devices: before.devices.filter(one => one !== device) };
  const ownChange = { type: 'user.device.removed', device } as const;
  const [row = before] = await saveUsers(transaction, actor, [{ index: 0, before, after, told: ownChange }]);
  return row;
}

async function holdUser(transaction: WriteTransaction, userId: string): Promise<UserRow> {
  const row = (await findUsersForUpdate(transaction, [userId])).get(userId);
  if (!row) throw userNotFound(userId, { field: 'user_id' });
  if (row.deleted_at !== undefined) throw userDeleted(userId, { field: 'user_id' });
  return row;
}
