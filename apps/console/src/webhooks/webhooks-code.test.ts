import { expect, it } from 'vitest';
import {
  codeOfDeliveries,
  codeOfNewWebhook,
  codeOfReplay,
  codeOfRetry,
  codeOfWebhooks,
} from './webhooks-code.js';

const URL = 'http://localhost:4600';

it('says all webhooks in three languages', () => {
  const code = codeOfWebhooks(URL);
  expect(code.TypeScript).toContain('const webhooks = await server.listWebhooks();');
  expect(code.curl).toContain(`curl ${URL}/trpc/webhooks.list `);
  expect(code['Command line']).toBe(`ROLLCALL_URL=${URL} rollcall webhooks list`);
});

it('says the deliveries of a webhook, without the page that is shown', () => {
  const code = codeOfDeliveries(URL, 'an-id', { status: 'failed', user_id: "o'neil", next: 'abc' });
  expect(code.TypeScript).toContain(
    'await server.listWebhookDeliveries(\'an-id\', { status: "failed", user_id: "o\'neil" });',
  );
  expect(code.curl).toContain(`-d '{"id":"an-id","status":"failed","user_id":"o'\\''neil"}'`);
  expect(code['Command line']).toContain("webhooks deliveries an-id --status failed --user 'o'\\''neil'");
  expect(codeOfDeliveries(URL, 'an-id', {}).TypeScript).toContain("listWebhookDeliveries('an-id');");
});

it('says what can be done with a webhook', () => {
  expect(codeOfRetry(URL, 'msg_a')['Command line']).toContain('webhooks retry msg_a');
  expect(codeOfReplay(URL, 'an-id', 'abc.7').TypeScript).toContain('replayWebhook(\'an-id\', "abc.7")');
  const made = codeOfNewWebhook(URL, { url: 'https://a.example', types: ['user.created'], rate_limit: 5 });
  expect(made.TypeScript).toContain(
    'const { webhook, secret } = await server.createWebhook({ url: "https://a.example", types: ["user.created"], rate_limit: 5 });',
  );
  expect(made['Command line']).toContain("webhooks create 'https://a.example' --types user.created --rate 5");
});
