import type { CreateWebhookInput, WebhookDelivery } from '@rollcall/protocol';
import { createWebhookSchema, listWebhookDeliveriesSchema } from '@rollcall/protocol/schemas';
import type { TestEngine } from '@rollcall/testing';
import { openTestDirectory, SERVER, type TestDirectory } from '../test-directory.js';
import { until } from '../until.js';
import { TestReceiver } from './test-receiver.js';

/** A directory that sends webhooks to a receiver of the test. */
export class WebhooksFixture {
  readonly directory: TestDirectory;
  readonly receiver: TestReceiver;

  private constructor(directory: TestDirectory, receiver: TestReceiver) {
    this.directory = directory;
    this.receiver = receiver;
  }

  /** @param url another process on the database there. */
  static async open(
    engine: TestEngine,
    url?: string,
    receiver = new TestReceiver(),
  ): Promise<WebhooksFixture> {
    const options = { runTasks: true, webhookSender: receiver, ...(url !== undefined && { url }) };
    return new WebhooksFixture(await openTestDirectory(engine, options), receiver);
  }

  close(): Promise<void> {
    return this.directory.close();
  }

  create(input: Partial<CreateWebhookInput> = {}) {
    return this.directory.webhooks.create(
      createWebhookSchema.parse({ url: 'https://shop.example/', ...input }),
    );
  }

  get(id: string) {
    return this.directory.webhooks.get(id);
  }

  /** Creates a user, or gives it another name. */
  name(id: string, to: string) {
    return this.directory.users.upsert(SERVER, [{ id, name: to }]);
  }

  /** All deliveries of an endpoint, newest first. */
  async deliveries(id: string): Promise<WebhookDelivery[]> {
    const input = listWebhookDeliveriesSchema.parse({ id, limit: 100 });
    return (await this.directory.webhooks.listDeliveries(input)).deliveries;
  }

  /** Waits until the receiver got so many requests. */
  arrived(count: number): Promise<void> {
    return until(`${count} requests came`, () => this.receiver.received.length >= count);
  }

  /** Waits until the receiver answered so many with 200. */
  delivered(count: number): Promise<void> {
    return until(`${count} were delivered`, () => this.receiver.delivered.length >= count);
  }

  /** Waits until the stored deliveries are as a condition says. */
  stored(id: string, condition: (all: WebhookDelivery[]) => boolean): Promise<void> {
    return until('it is stored', async () => condition(await this.deliveries(id)));
  }
}
