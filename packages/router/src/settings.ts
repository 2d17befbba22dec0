import type { AppSettings, AppSettingsUpdate } from '@rollcall/protocol';
import { z } from 'zod';
import { ONCE_WITHIN } from './keyed-call.js';
import { router, serverProcedure } from './trpc.js';

export const settingsRouter = router({
  /** The settings of the app, defaults filled in. Server only. */
  get: serverProcedure.query(({ ctx }): Promise<AppSettings> => ctx.directory.settings.get()),

  /** Changes the given settings. Server only. @throws `INPUT_INVALID` for an unknown setting. */
  update: serverProcedure
    .meta(ONCE_WITHIN)
    .input(z.custom<AppSettingsUpdate>())
    .mutation(
      ({ ctx, input }): Promise<AppSettings> => ctx.directory.settings.update(ctx.actor, input, ctx.once),
    ),
});
