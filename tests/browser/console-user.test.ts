import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ConsoleUnderTest, startConsole } from './console-harness.js';

let console_: ConsoleUnderTest;

beforeAll(async () => {
  console_ = await startConsole();
  const people = ['jane', 'john', 'jim', 'joan'].map(id => ({ id, name: id, plan: 'pro', teams: ['red'] }));
  await console_.backEnd.upsertUsers(people);
  const { channel } = await console_.backEnd.chat.createChannel({
    type: 'room',
    members: ['jim'],
    user_id: 'jim',
  });
  for (const text of ['tea?', 'yes'])
    await console_.backEnd.chat.sendMessage({ cid: channel.cid, text, user_id: 'jim' });
});

afterAll(async () => {
  await console_?.close();
});

const stored = async (id: string) => {
  const all = { include_deactivated_users: true, include_deleted_users: true };
  return (await console_.backEnd.queryUsers({ id }, [], all)).users[0];
};

it('a field is edited where it stands, and saved by Enter', async () => {
  const { page, problems } = await console_.enter('/users/jane');
  await page.getByRole('button', { name: 'Name: jane. Edit' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Jane Doe');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Jane Doe' }).waitFor();
  expect((await stored('jane'))?.name).toBe('Jane Doe');
  // Escape leaves it as it was, and the user open.
  await page.getByRole('button', { name: 'Role: user. Edit' }).click();
  await page.getByRole('textbox', { name: 'Role' }).fill('admin');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Role: user. Edit' }).waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

it('what somebody else changed meanwhile is never written over unasked; a change of something else is no conflict', async () => {
  const { page } = await console_.enter('/users/john');
  await page.getByRole('button', { name: 'Name: john. Edit' }).click();
  await console_.backEnd.partialUpdateUser({ id: 'john', set: { teams: ['blue'] } });
  await page.getByRole('textbox', { name: 'Name' }).fill('Johnny');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await stored('john'))?.name).toBe('Johnny');
  expect((await stored('john'))?.teams).toEqual(['blue']);

  await page.getByRole('button', { name: 'Name: Johnny. Edit' }).click();
  await console_.backEnd.partialUpdateUser({ id: 'john', set: { name: 'Theirs' } });
  await page.getByRole('textbox', { name: 'Name' }).fill('Yours');
  await page.keyboard.press('Enter');
  await page.getByText('Changed meanwhile by a back end').waitFor();
  expect((await stored('john'))?.name).toBe('Theirs');
  await page.getByRole('button', { name: 'Keep theirs: Theirs' }).waitFor();
  await page.getByRole('button', { name: 'Save yours: Yours' }).click();
  await expect.poll(async () => (await stored('john'))?.name).toBe('Yours');
  await page.context().close();
});

it('the history tells who changed what, goes on live, and undoes a change', async () => {
  const { page } = await console_.enter('/users/joan?tab=history');
  await page.getByText('user.created').waitFor();
  await console_.backEnd.partialUpdateUser({ id: 'joan', set: { plan: 'free', name: 'Joan' } });
  await page.getByText('user.updated').waitFor();
  await page.getByText('"free"').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => (await stored('joan'))?.custom).toEqual({ plan: 'pro' });
  expect((await stored('joan'))?.name).toBe('joan');
  await page.context().close();
});

it('custom data is edited as JSON and saved as a whole', async () => {
  const { page, problems } = await console_.enter('/users/jane?tab=custom');
  const editor = page.getByRole('textbox', { name: 'Custom data as JSON' });
  await editor.waitFor();
  await editor.fill('{ "plan": free }');
  await page.getByText('Line 1: free is no value.').waitFor();
  await editor.fill('{ "plan": "free", "shelf": { "colour": "red" } }');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect
    .poll(async () => (await stored('jane'))?.custom)
    .toEqual({ plan: 'free', shelf: { colour: 'red' } });
  expect(problems).toEqual([]);
  await page.context().close();
});

it('a ban and a deactivation show at once, and end', async () => {
  const { page } = await console_.enter('/users/john');
  await page.getByRole('button', { name: 'Ban…' }).click();
  await page.getByLabel('Reason').fill('spam');
  await page.getByRole('combobox', { name: 'For' }).selectOption({ label: 'an hour' });
  await page.getByRole('button', { name: 'Ban john' }).click();
  await page.getByRole('article').getByText('banned', { exact: true }).waitFor();
  expect((await stored('john'))?.ban_expires).toBeGreaterThan(Date.now() + 50 * 60_000);
  await page.getByRole('button', { name: 'End the ban' }).click();
  await page.getByRole('button', { name: 'Ban…' }).waitFor();
  await page.getByRole('button', { name: 'Deactivate' }).click();
  await page.getByRole('article').getByText('deactivated', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Reactivate' }).click();
  await page.getByRole('button', { name: 'Deactivate' }).waitFor();
  await page.context().close();
});

it('an erasure says its numbers, wants the id typed, and erases', async () => {
  const { page } = await console_.enter('/users/jim');
  await page.getByRole('button', { name: 'Delete…' }).click();
  await page.getByRole('combobox', { name: 'How' }).selectOption({ label: 'Erase everything' });
  const erase = page.getByRole('button', { name: /^Erase 1 user, 2 messages/ });
  await erase.waitFor();
  expect(await erase.isDisabled()).toBe(true);
  await page.getByLabel('Type jim').fill('jim');
  await erase.click();
  await expect.poll(async () => (await stored('jim'))?.name, { timeout: 20_000 }).toBeUndefined();
  await page.context().close();
});

it('tokens are revoked, and the revocation undone', async () => {
  const { page } = await console_.enter('/users/jane?tab=access');
  await page.getByRole('button', { name: 'Revoke all tokens so far' }).click();
  await page.getByRole('button', { name: 'Undo' }).waitFor();
  expect((await stored('jane'))?.revoke_tokens_issued_before).toBeGreaterThan(Date.now() - 60_000);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('No token of this user is revoked.').waitFor();
  await page.context().close();
});

it('an id that nobody has is told', async () => {
  const { page } = await console_.enter('/users/nobody');
  await page.getByText('There is no such user').waitFor();
  await page.context().close();
});
