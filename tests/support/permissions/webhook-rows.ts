import { until } from '../until.js';
import type { Scene } from './permission-callers.js';
import { type AsServer, type PermissionRow, SERVER_ONLY } from './permission-row.js';

/** An address that no request reaches: what is about it waits. */
const URL = 'https://127.0.0.1:1/';

/** For callers who are refused before it is looked for. There may be no more than fifty webhooks. */
const NONE = '0190a2b4-7c3d-7e8f-9a0b-1c2d3e4f5a6b';

interface Made {
  id: string;
  position: string;
}

async function make({ kind }: Scene, asServer: AsServer): Promise<Made> {
  if (kind !== 'server' && kind !== 'reader') return { id: NONE, position: 'a.0' };
  return ((await asServer('webhooks.create', { url: URL })) as { webhook: Made }).webhook;
}

const webhookFor = async (scene: Scene, asServer: AsServer) => (await make(scene, asServer)).id;

/** How a row is about a webhook: one that is made for it, and the input that names it. */
const ABOUT_A_WEBHOOK = { prepare: webhookFor, input: ({ made }: Scene) => ({ id: made }) };

/** A delivery of a webhook that is made for the row. */
async function deliveryFor(scene: Scene, asServer: AsServer): Promise<string> {
  const id = await webhookFor(scene, asServer);
  if (id === NONE) return `msg_${'a'.repeat(22)}`;
  await asServer('roles.create', { name: scene.key });
  let delivery = '';
  await until('there is a delivery', async () => {
    const { deliveries } = (await asServer('webhooks.listDeliveries', { id })) as {
      deliveries: { id: string }[];
    };
    delivery = deliveries[0]?.id ?? '';
    return delivery !== '';
  });
  return delivery;
}

const ROWS: Omit<PermissionRow, 'expected'>[] = [
  { path: 'webhooks.list' },
  { path: 'webhooks.get', ...ABOUT_A_WEBHOOK },
  { path: 'webhooks.create', input: () => ({ url: URL }) },
  { path: 'webhooks.update', ...ABOUT_A_WEBHOOK, input: ({ made }) => ({ id: made, rate_limit: 5 }) },
  { path: 'webhooks.delete', ...ABOUT_A_WEBHOOK },
  { path: 'webhooks.rotateSecret', ...ABOUT_A_WEBHOOK },
  { path: 'webhooks.disable', ...ABOUT_A_WEBHOOK },
  { path: 'webhooks.enable', ...ABOUT_A_WEBHOOK },
  { path: 'webhooks.test', ...ABOUT_A_WEBHOOK },
  { path: 'webhooks.listDeliveries', ...ABOUT_A_WEBHOOK },
  {
    path: 'webhooks.retryDelivery',
    prepare: deliveryFor,
    input: ({ made }) => ({ delivery_id: made }),
  },
  {
    path: 'webhooks.replay',
    prepare: async (scene, asServer) => {
      const { id, position } = await make(scene, asServer);
      return `${id} ${position}`;
    },
    input: ({ made }) => {
      const [id, from] = made.split(' ');
      return { id, from };
    },
  },
];

/** Webhooks are for back ends alone. */
export const WEBHOOK_ROWS: PermissionRow[] = ROWS.map(row => ({ ...row, expected: SERVER_ONLY }));
