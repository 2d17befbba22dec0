import {
  type AddDeviceInput,
  type DevicesAnswer,
  type ListDevicesInput,
  type RemoveDeviceInput,
  RollcallError,
} from '@rollcall/protocol';
import { addDeviceSchema, listDevicesSchema, removeDeviceSchema } from '@rollcall/protocol/schemas';
import type { z } from 'zod';
import { actingUserId } from './caller.js';
import { callerProcedure, router } from './trpc.js';

export const devicesRouter = router({
  /**
   * Adds a device of the caller, or changes the one with its id. Beyond 25 devices the oldest is removed. Answers with all.
   * @throws `USER_NOT_FOUND`, `USER_DELETED`
   */
  add: callerProcedure
    .input(addDeviceSchema as z.ZodType<AddDeviceInput, AddDeviceInput>)
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<DevicesAnswer> => {
      const { user_id, ...device } = input;
      const userId = actingUserId(caller, user_id);
      return { devices: (await directory.devices.add(caller.actor, userId, device)).devices };
    }),

  /** The devices of the caller, oldest first. @throws `USER_NOT_FOUND` */
  list: callerProcedure
    .input(listDevicesSchema as unknown as z.ZodType<ListDevicesInput, ListDevicesInput | undefined>)
    .query(async ({ ctx: { caller, directory }, input }): Promise<DevicesAnswer> => {
      const userId = actingUserId(caller, input.user_id);
      const [row] = await directory.users.find([userId]);
      if (row) return { devices: row.devices };
      throw new RollcallError('USER_NOT_FOUND', `there is no user "${userId}"`, { field: 'user_id' });
    }),

  /** Removes a device of the caller, if there is one. Answers with the remaining devices. @throws `USER_NOT_FOUND` */
  remove: callerProcedure
    .input(removeDeviceSchema as z.ZodType<RemoveDeviceInput, RemoveDeviceInput>)
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<DevicesAnswer> => {
      const userId = actingUserId(caller, input.user_id);
      return { devices: (await directory.devices.remove(caller.actor, userId, input.id)).devices };
    }),
});
