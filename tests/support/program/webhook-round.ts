import type { ProgramWorld } from './program-world.js';
import { answerOf, type StepInput } from './step.js';

/** An address that no webhook may be sent to, so a test fails at once and alike everywhere. */
const URL = 'http://10.0.0.1/hooks';

/** One webhook from its creation to its end, each call once. It asks for events that the program does not cause meanwhile. */
export function writeWebhookRound(world: ProgramWorld): void {
  const created = world.at;
  const id = answerOf(created, 'webhook', 'id');
  const from = answerOf(created, 'webhook', 'position');
  const write = (path: string, input?: StepInput) =>
    world.write({ as: 'server', path, ...(input !== undefined && { input }) });
  write('webhooks.create', { url: URL, types: ['call.restored'], description: 'the shop' });
  write('webhooks.get', { id });
  write('webhooks.update', { id, rate_limit: 10, description: null, if_revision: 1 });
  write('webhooks.update', { id, rate_limit: 20, if_revision: 1 });
  write('webhooks.rotateSecret', { id });
  write('webhooks.test', { id });
  write('webhooks.listDeliveries', { id });
  write('webhooks.replay', { id, from });
  write('webhooks.disable', { id });
  write('webhooks.list');
  write('webhooks.enable', { id });
  write('webhooks.delete', { id });
  write('webhooks.get', { id });
}
