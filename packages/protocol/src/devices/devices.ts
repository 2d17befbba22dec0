import type { Device } from '../users/user-fields.js';

/** The services that push notifications go through. */
export const PUSH_PROVIDERS = [
  'apn',
  'firebase',
  'huawei',
  'xiaomi',
] as const satisfies Device['push_provider'][];

/** A device to add, as `addDevice` takes it. */
export interface DeviceInput {
  /** The push provider's id of the device: 1–255 characters. */
  id: string;
  push_provider: Device['push_provider'];
  /** The configuration of the provider, if there are several: 1–255 characters. */
  push_provider_name?: string;
}

/** What `devices.add` takes. */
export interface AddDeviceInput extends DeviceInput {
  /** The user of the device. Required with a server token, and accepted only there. */
  user_id?: string;
}

/** What `devices.remove` takes. */
export interface RemoveDeviceInput {
  id: string;
  /** The user of the device. Required with a server token, and accepted only there. */
  user_id?: string;
}

/** What `devices.list` takes. */
export interface ListDevicesInput {
  /** The user whose devices are listed. Required with a server token, and accepted only there. */
  user_id?: string;
}

/** The devices of a user, oldest first. At most 25. */
export interface DevicesAnswer {
  devices: Device[];
}
