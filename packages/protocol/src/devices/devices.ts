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
  /** What the push provider calls it: 1–255 characters. */
  id: string;
  push_provider: Device['push_provider'];
  /** Which configuration of the provider, where there are several; 1–255 characters. */
  push_provider_name?: string;
}

/** What `devices.add` takes. */
export interface AddDeviceInput extends DeviceInput {
  /** Whose device; with a server token only, and needed there. */
  user_id?: string;
}

/** What `devices.remove` takes. */
export interface RemoveDeviceInput {
  id: string;
  /** Whose device; with a server token only, and needed there. */
  user_id?: string;
}

/** What `devices.list` takes. */
export interface ListDevicesInput {
  /** Whose devices; with a server token only, and needed there. */
  user_id?: string;
}

/** The devices of a user, oldest first; at most 25. */
export interface DevicesAnswer {
  devices: Device[];
}
