import type { Actor, DeviceInput } from '@rollcall/protocol';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { UserRow } from '../users/model/user-table.js';
import { addDevice, removeDevice } from './change-devices.js';

/** The devices of users, for push notifications. They are a part of the user: who has the user has its devices. */
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
