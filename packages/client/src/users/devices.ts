import type { Device, DeviceInput } from '@rollcall/protocol';
import { answerOf } from '../to-rollcall-error.js';
import type { Api } from '../transport/transport.js';

/** The devices of a user that receive push notifications. Every method returns all of them, oldest first. */
export interface Devices {
  /** Adds a device, or changes the one with the same id. A user has at most 25: a further one removes the oldest. */
  addDevice(device: DeviceInput): Promise<Device[]>;

  getDevices(): Promise<Device[]>;

  /** Removes a device. It is no error if there is none. */
  removeDevice(id: string): Promise<Device[]>;
}

/** The same for the user `user_id`. */
export interface ServerDevices {
  addDevice(device: DeviceInput, user_id: string): Promise<Device[]>;
  getDevices(user_id: string): Promise<Device[]>;
  removeDevice(id: string, user_id: string): Promise<Device[]>;
}

/** The methods of `Devices` and of `ServerDevices`. */
export function devicesMethods({ devices }: Api): Devices & ServerDevices {
  const devicesOf = async (answer: Promise<{ devices: Device[] }>) => (await answerOf(answer)).devices;
  return {
    addDevice: (device: DeviceInput, user_id?: string) =>
      devicesOf(devices.add.mutate({ ...device, user_id })),
    getDevices: (user_id?: string) => devicesOf(devices.list.query({ user_id })),
    removeDevice: (id: string, user_id?: string) => devicesOf(devices.remove.mutate({ id, user_id })),
  };
}
