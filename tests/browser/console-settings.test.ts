import { type Client, createClient } from '@rollcall/client';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleUnderTest, signIn, startConsole } from './console-harness.js';

let console_: ConsoleUnderTest;

beforeAll(async () => {
  console_ = await startConsole();
  await console_.backEnd.upsertUsers(['jane', 'john'].map(id => ({ id, plan: 'pro' })));
});

afterAll(async () => {
  await console_?.close();
});

const settings = () => console_.backEnd.getAppSettings();
const setting = (page: Page, name: string) => page.locator(`[data-setting="${name}"]`);

/** Opens a setting and types a value; Enter saves it. */
async function type(
  page: Page,
  name: string,
  { title, text }: { title: string; text: string },
): Promise<void> {
  await setting(page, name).locator('[data-edit]').click();
  await page.getByRole('textbox', { name: title }).fill(text);
  await page.keyboard.press('Enter');
}

describe('a setting', () => {
  it('is edited where it stands, marked when it is changed, and told to everybody who looks', async () => {
    const { page, problems } = await console_.enter('/settings');
    const other = await console_.enter('/settings');
    const events = setting(page, 'event_retention_days');
    await events.getByText('Says for how many days events are kept').waitFor();
    await page.getByRole('button', { name: 'Events: 30 days. Edit' }).click();
    await events.getByText('Events that are older go for ever').waitFor();
    await page.getByRole('textbox', { name: 'Events' }).fill('90');
    await page.keyboard.press('Enter');
    await events.getByText('changed; default: 30 days').waitFor();
    expect((await settings()).event_retention_days).toBe(90);
    await other.page.getByRole('button', { name: 'Events: 90 days. Edit' }).waitFor();
    // Escape leaves it as it is.
    await page.getByRole('button', { name: 'Events: 90 days. Edit' }).click();
    await page.getByRole('textbox', { name: 'Events' }).fill('1');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Events: 90 days. Edit' }).click();
    await page.getByRole('button', { name: 'Default' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Events: 30 days. Edit' }).waitFor();
    expect(await events.getByText('changed; default').count()).toBe(0);
    expect(problems).toEqual([]);
    await page.context().close();
    await other.page.context().close();
  });

  it('has an error of its own, and nothing is changed by it', async () => {
    const { page } = await console_.enter('/settings');
    await type(page, 'max_custom_bytes', { title: 'Size of custom data', text: '100' });
    await type(page, 'task_retention_days', { title: 'Tasks that have ended', text: 'soon' });
    await setting(page, 'max_custom_bytes').getByRole('alert').getByText('max_custom_bytes').waitFor();
    await setting(page, 'task_retention_days').getByText('“soon” is no whole number.').waitFor();
    expect(await page.getByRole('alert').count()).toBe(2);
    expect(await settings()).toMatchObject({ max_custom_bytes: 5120, task_retention_days: 30 });
    await page.context().close();
  });

  it('that somebody else has changed meanwhile is never written over unasked', async () => {
    const { page } = await console_.enter('/settings');
    const purge = setting(page, 'purge_deleted_users_days');
    await purge.locator('[data-edit]').click();
    await console_.backEnd.updateAppSettings({ purge_deleted_users_days: 700 });
    await page.getByRole('textbox', { name: 'Deleted users' }).fill('800');
    await page.keyboard.press('Enter');
    await purge.getByText('Somebody else has changed this meanwhile.').waitFor();
    expect((await settings()).purge_deleted_users_days).toBe(700);
    await purge.getByRole('button', { name: 'Keep theirs: erased after 700 days' }).waitFor();
    await purge.getByRole('button', { name: 'Save yours' }).click();
    await page.getByRole('button', { name: 'Deleted users: erased after 800 days. Edit' }).waitFor();
    expect((await settings()).purge_deleted_users_days).toBe(800);
    await type(page, 'purge_deleted_users_days', { title: 'Deleted users', text: '' });
    await page
      .getByRole('button', { name: 'Deleted users: kept until somebody erases them. Edit' })
      .waitFor();
    expect((await settings()).purge_deleted_users_days).toBeNull();
    await page.context().close();
  });

  it('says what an index costs before it is made, and is answered when it serves', async () => {
    const { page } = await console_.enter('/settings');
    const index = setting(page, 'indexed_custom_fields');
    await index.locator('[data-edit]').click();
    await index.getByText('Making an index reads every user once').waitFor();
    await page.getByRole('textbox', { name: 'Indexed fields' }).fill('plan, address.city');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Indexed fields: plan, address.city. Edit' }).waitFor();
    expect((await settings()).indexed_custom_fields).toEqual(['plan', 'address.city']);
    await page.context().close();
  });

  it('with a few values is chosen among them', async () => {
    const { page } = await console_.enter('/settings');
    for (const [name, title, choice, value] of [
      ['guests_enabled', 'Guests', 'Guests may not come in', false],
      ['enforce_unique_usernames', 'Unique names', 'A name exists once in the app', 'app'],
    ] as const) {
      await setting(page, name).locator('[data-edit]').click();
      await page.getByRole('combobox', { name: title }).selectOption({ label: choice });
      await setting(page, name).getByRole('button', { name: 'Save' }).click();
      await page.getByRole('button', { name: `${title}: ${choice}. Edit` }).waitFor();
      expect((await settings())[name]).toBe(value);
    }
    await console_.backEnd.updateAppSettings({ guests_enabled: null, enforce_unique_usernames: 'no' });
    await page.context().close();
  });

  it('is in the address, and reached by keys and by the palette', async () => {
    const { page } = await console_.enter('/settings?at=event_retention_days');
    const at = () => new URL(page.url()).searchParams.get('at');
    const focused = () =>
      page.evaluate(() => document.activeElement?.closest('[data-setting]')?.getAttribute('data-setting'));
    await expect.poll(focused).toBe('event_retention_days');
    await page.keyboard.press('j');
    await expect.poll(focused).toBe('task_retention_days');
    expect(at()).toBe('task_retention_days');
    // Two settings before it, past one that is only shown.
    for (let steps = 0; steps < 3; steps++) await page.keyboard.press('k');
    await expect.poll(focused).toBe('multi_tenant_enabled');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search or command' }).fill('unique names');
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: 'Unique names' }).waitFor();
    await page.reload();
    await expect.poll(focused).toBe('enforce_unique_usernames');
    await page.context().close();
  });

  it('is code, too', async () => {
    await console_.backEnd.updateAppSettings({ task_retention_days: 60 });
    const { page } = await console_.enter('/settings');
    await page.getByRole('button', { name: 'This view as code' }).click();
    await page.getByText(/updateAppSettings\(\{.*task_retention_days: 60/).waitFor();
    await console_.backEnd.updateAppSettings({ task_retention_days: 30 });
    await page.context().close();
  });

  it('is shown and not changed with a token that may only read', async () => {
    const { page } = await console_.open('/settings');
    await signIn(page, await console_.token({ read_only: true }));
    const edit = setting(page, 'guests_enabled').locator('[data-edit]');
    await edit.waitFor();
    expect(await edit.isDisabled()).toBe(true);
    expect(await edit.getAttribute('title')).toContain('may only read');
    const box = page.getByRole('checkbox', { name: 'guest: query-users' });
    expect([await box.isChecked(), await box.isDisabled()]).toEqual([true, true]);
    expect(await page.getByRole('button', { name: 'Make the role' }).isDisabled()).toBe(true);
    await page.context().close();
  });
});

describe('roles', () => {
  it('are at the top when the address names them, although their table comes later', async () => {
    const { page } = await console_.enter('/settings?at=roles');
    await page.getByRole('checkbox', { name: 'admin: ban-user' }).waitFor();
    const top = async (name: string, role: 'heading' | 'region') =>
      (await page.getByRole(role, { name }).boundingBox())?.y ?? Number.NaN;
    await expect
      .poll(async () => (await top('Roles and grants', 'heading')) - (await top('All settings', 'region')))
      .toBeLessThan(100);
    await page.context().close();
  });

  it('are made, given grants, and deleted when nobody has them', async () => {
    const { page, problems } = await console_.enter('/settings?at=grants');
    await page.getByLabel('New role').fill('moderator');
    await page.keyboard.press('Enter');
    const ban = page.getByRole('checkbox', { name: 'moderator: ban-user' });
    const query = page.getByRole('checkbox', { name: 'moderator: query-users' });
    await ban.waitFor();
    // It is like user, until it has grants of its own.
    expect([await ban.isChecked(), await query.isChecked()]).toEqual([false, true]);
    await ban.check();
    await query.uncheck();
    await page.getByText('Not saved yet: moderator + ban-user, moderator − query-users.').waitFor();
    expect((await settings()).grants.moderator).toBeUndefined();
    await page.getByRole('button', { name: 'Save 2 changes' }).click();
    await page.getByText('Not saved yet').waitFor({ state: 'hidden' });
    const { grants } = await settings();
    expect(grants.moderator).toContain('ban-user');
    expect(grants.moderator).not.toContain('query-users');

    await console_.backEnd.upsertUser({ id: 'mo', role: 'moderator' });
    await page.getByRole('button', { name: 'Delete the role moderator' }).click();
    await page.getByRole('button', { name: 'Delete the role', exact: true }).click();
    await page.getByRole('alert').getByText('the user "mo" has the role "moderator"').waitFor();
    await console_.backEnd.partialUpdateUser({ id: 'mo', set: { role: 'user' } });
    await page.getByRole('button', { name: 'Delete the role', exact: true }).click();
    await ban.waitFor({ state: 'hidden' });
    await page.getByText('Grants are stored for moderator').waitFor();
    expect((await console_.backEnd.listRoles()).map(({ name }) => name)).not.toContain('moderator');
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('keep the grants that somebody else has given them meanwhile', async () => {
    const { page } = await console_.enter('/settings?at=grants');
    await page.getByRole('checkbox', { name: 'anonymous: read-users' }).check();
    await console_.backEnd.updateAppSettings({ grants: { anonymous: ['read-activities'] } });
    await page.getByRole('button', { name: 'Save the change' }).click();
    await page.getByText('Not saved yet').waitFor({ state: 'hidden' });
    expect((await settings()).grants.anonymous?.toSorted()).toEqual(['read-activities', 'read-users']);
    await page.getByRole('checkbox', { name: 'anonymous: read-users (not as by default)' }).waitFor();
    await console_.backEnd.updateAppSettings({ grants: { anonymous: [] } });
    await page.context().close();
  });

  it('that are made elsewhere appear by themselves', async () => {
    const { page } = await console_.enter('/settings?at=grants');
    await page.getByRole('checkbox', { name: 'user: ban-user' }).waitFor();
    await console_.backEnd.createRole('elsewhere');
    await page.getByRole('checkbox', { name: 'elsewhere: ban-user' }).waitFor();
    await console_.backEnd.deleteRole('elsewhere');
    await page.getByRole('checkbox', { name: 'elsewhere: ban-user' }).waitFor({ state: 'hidden' });
    await page.context().close();
  });
});

describe('the answer to what a role may do', () => {
  const TARGETS = { self: 'asker', mate: 'mate', stranger: 'stranger', admin: 'boss' } as const;
  type Target = keyof typeof TARGETS;
  let made = 0;

  /** Each deed as the user does it. It throws what the server refuses, and where it finds nobody. */
  const DEEDS: Record<string, (client: Client, target: string, team?: string) => Promise<unknown>> = {
    query: async (client, id) => {
      if ((await client.queryUsers({ id })).users.length === 0) throw new Error('found nobody');
    },
    update: (client, id) => client.partialUpdateUser({ id, set: { name: `named ${made++}` } }),
    ban: (client, id) => client.banUser(id),
    list_bans: client => client.queryBannedUsers(),
    block: (client, id) => client.blockUser(id),
    channel: (client, id, team) =>
      client.chat.createChannel({ type: 'room', id: `room-${made++}`, members: [id], ...(team && { team }) }),
    call: (client, id) => client.video.createCall({ type: 'room', id: `call-${made++}`, members: [id] }),
    activity: client => client.feeds.addActivity({ verb: 'sees', object: 'tea' }),
    activities: client => client.feeds.queryActivities(),
  };
  const ABOUT_NOBODY = new Set(['list_bans', 'activity']);

  /** Whether the server lets a user do it. Afterwards all is as it was before. */
  async function done(
    asker: { client: Client; id: string },
    deed: string,
    { target, team }: { target: Target; team?: string },
  ) {
    const id = target === 'self' ? asker.id : TARGETS[target];
    try {
      await DEEDS[deed]?.(asker.client, id, team);
      return true;
    } catch {
      return false;
    } finally {
      await console_.backEnd.unbanUser(id);
      if (target !== 'self') await console_.backEnd.unblockUser(id, asker.id).catch(() => undefined);
    }
  }

  async function connect(id: string, fields: object): Promise<{ client: Client; id: string }> {
    await console_.backEnd.upsertUser({ id, teams: ['red'], ...fields });
    const client = createClient({ url: console_.url });
    await client.connectUser({ id }, await console_.backEnd.createToken(id));
    return { client, id };
  }

  async function askPage(
    page: Page,
    question: { role: string; team_role: string; deed: string; target: Target },
  ) {
    const form = page.locator('[data-may]');
    await form.getByLabel('May a user with the role').selectOption(question.role);
    await form.getByLabel('and, within the team,').selectOption(question.team_role);
    await form.getByLabel('do what').selectOption(question.deed);
    const about = !ABOUT_NOBODY.has(question.deed);
    if (about) await form.getByLabel('to whom').selectOption(question.target);
    const asked = () =>
      Promise.all([
        form.getByLabel('May a user with the role').inputValue(),
        form.getByLabel('and, within the team,').inputValue(),
        form.getByLabel('do what').inputValue(),
        about ? form.getByLabel('to whom').inputValue() : question.target,
      ]);
    await expect.poll(asked).toEqual([question.role, question.team_role, question.deed, question.target]);
    return (await form.getByRole('status').textContent())?.startsWith('Yes.');
  }

  beforeAll(async () => {
    const { backEnd } = console_;
    for (const role of ['keeper', 'guide', 'mute']) await backEnd.createRole(role);
    await backEnd.updateAppSettings({ grants: { keeper: ['ban-user', 'update-any-user'], mute: [] } });
    await backEnd.upsertUsers([
      { id: 'mate', teams: ['red'] },
      { id: 'stranger', teams: ['blue'] },
      { id: 'boss', teams: ['red'], role: 'admin' },
    ]);
  });

  it('is what the server does, for every role, deed and target', { timeout: 120_000 }, async () => {
    const { page } = await console_.enter('/settings');
    const wrong: unknown[] = [];
    for (const [role, team_role] of [
      ['user', ''],
      ['admin', ''],
      ['keeper', ''],
      ['guide', ''],
      ['mute', ''],
      ['mute', 'keeper'],
      ['mute', 'user'],
    ] as const) {
      const teamsRole = team_role === '' ? {} : { teams_role: { red: team_role } };
      const asker = await connect(`asker-${role}-${team_role}`, { role, ...teamsRole });
      for (const deed of Object.keys(DEEDS)) {
        for (const target of ABOUT_NOBODY.has(deed)
          ? (['mate'] as const)
          : (Object.keys(TARGETS) as Target[])) {
          const says = await askPage(page, { role, team_role, deed, target });
          const does = await done(asker, deed, { target, ...(team_role !== '' && { team: 'red' }) });
          if (says !== does) wrong.push({ role, team_role, deed, target, says, does });
        }
      }
      await asker.client.disconnectUser();
    }
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  it('is what the server does with several tenants', { timeout: 120_000 }, async () => {
    await console_.backEnd.updateAppSettings({ multi_tenant_enabled: true });
    const { page } = await console_.enter('/settings');
    const wrong: unknown[] = [];
    for (const role of ['user', 'admin']) {
      const asker = await connect(`tenant-${role}`, { role });
      for (const deed of ['query', 'update', 'ban', 'block', 'channel', 'call']) {
        for (const target of ['mate', 'stranger'] as const) {
          const says = await askPage(page, { role, team_role: '', deed, target });
          const does = await done(asker, deed, { target });
          if (says !== does) wrong.push({ role, deed, target, says, does });
        }
      }
      await asker.client.disconnectUser();
    }
    expect(wrong).toEqual([]);
    await console_.backEnd.updateAppSettings({ multi_tenant_enabled: false });
    await page.context().close();
  });

  it('says why, and the address holds the question', async () => {
    const { page } = await console_.enter('/settings?role=user&deed=ban&target=mate');
    await page.getByText('The role user lacks the grant ban-user.').waitFor();
    await page.goto(`${console_.url}/settings?role=keeper&deed=ban&target=admin`);
    await page.getByText('Only a user whose role is admin bans an admin.').waitFor();
    await page.context().close();
  });
});
