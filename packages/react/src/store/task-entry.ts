import type { ServerClient, Task } from '@rollcall/client/server';
import { isOfUser } from '../any-client.js';
import type { Entry } from './entry.js';
import { fault } from './fault.js';
import { listen } from './listen.js';
import type { Session } from './session.js';

/** One task, until it has ended. */
export function taskEntry(session: Session, id: string): Entry<Task> {
  const { client, changed } = session;
  return session.entry(`task ${id}`, () => {
    let task: Task | undefined;
    return {
      open: (signal, { fail }) =>
        new Promise<void>((resolve, reject) => {
          if (isOfUser(client)) throw fault('NOT_ALLOWED', 'only the client of a back end follows tasks');
          const onItem = (state: Task) => {
            task = state;
            changed();
            resolve();
          };
          listen((client as ServerClient).watchTask(id, { signal }), signal, onItem, error => {
            // A task that has finished is heard of no more, which is no failure.
            if (!task?.finished_at) fail(error);
            reject(error);
          });
        }),
      read: () => task,
    };
  });
}
