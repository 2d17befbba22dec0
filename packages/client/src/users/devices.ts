import { type Device, type DeviceInput, PUSH_PROVIDERS } from '@rollcall/protocol';
import { type ArgumentsOf, checked } from '../check/checked-methods.js';
import { optional } from '../check/kind.js';
import { name, oneOf, userId } from '../check/kinds.js';
import { shape } from '../check/shape.js';
import { answerOf } from '../to-rollcall-error.js';
import type { Api } from '../transport/transport.js';

/** The devices of a user that receive push notifications. Every method returns all of them, oldest first. */
export interface Devices {
  /** Adds a device, or changes the one with the same id. A user has at most 25: a further one removes the oldest. */
  addDevice(device: DeviceInput): Promise<Device[]>;

  getDevices(): Promise<Device[]>;

  /** Removes a device. It is no error if the user does not have it. */
  removeDevice(id: string): Promise<Device[]>;
}

/** The same for the user `user_id`. */
export interface ServerDevices {
  addDevice(device: DeviceInput, user_id: string): Promise<Device[]>;
  getDevices(user_id: string): Promise<Device[]>;
  removeDevice(id: string, user_id: string): Promise<Device[]>;
}

const DEVICE = shape<DeviceInput>({
  id: name,
  push_provider: oneOf(PUSH_PROVIDERS),
  push_provider_name: optional(name),
});

/** What the methods of `Devices` take. */
const ARGUMENTS: ArgumentsOf<Devices> = {
  addDevice: [['device', DEVICE]],
  getDevices: [],
  removeDevice: [['id', name]],
};

/** What the methods of `ServerDevices` take. */
const SERVER_ARGUMENTS: ArgumentsOf<ServerDevices> = {
  addDevice: [
    ['device', DEVICE],
    ['user_id', userId],
  ],
  getDevices: [['user_id', userId]],
  removeDevice: [
    ['id', name],
    ['user_id', userId],
  ],
};

/** The methods of `Devices`. */
export function devicesMethods(api: Api): Devices {
  return checked<Devices>(methodsOf(api), ARGUMENTS);
}

/** The methods of `ServerDevices`. */
export function serverDevicesMethods(api: Api): ServerDevices {
  return checked<ServerDevices>(methodsOf(api), SERVER_ARGUMENTS);
}

function methodsOf({ devices }: Api): Devices & ServerDevices {
  const devicesOf = async (answer: Promise<{ devices: Device[] }>) => (await answerOf(answer)).devices;
  return {
    addDevice: (device: DeviceInput, user_id?: string) =>
      devicesOf(devices.add.mutate({ ...device, user_id })),
    getDevices: (user_id?: string) => devicesOf(devices.list.query({ user_id })),
    removeDevice: (id: string, user_id?: string) => devicesOf(devices.remove.mutate({ id, user_id })),
  };
}
