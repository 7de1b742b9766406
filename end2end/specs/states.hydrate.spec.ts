// Pages as they stand in the middle of things: with an error, with a list that has problems, with something open. Each as a checker
// sees it, on a desk and a phone, in light and dark. Plain pages are those of pages.spec.ts.
import type { Page } from '@playwright/test';
import { axeEverywhere, test as base, expect, hydrated, open } from '../fixtures';
import { call, giveList, launch, type Sent, write } from '../fixtures/campaign';
import { EditorPage } from '../pages/editor';
import { SignInPage } from '../pages/sign-in';

interface Scene { sent: Sent; other: Sent; waiting: Sent; account: number; server: number }

const html = `<!doctype html><html><body><h1>News</h1><p><a href="https://shop.test/spring">First story</a></p>
  <p>{{ workspace_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>`;
const people = (domain: string) => ['ann', 'bob', 'carla'].map((name) => `${name}@${domain}`);

// Two campaigns that were sent, and one that waits. In a worker of its own: settings are changed.
const test = base.extend<object, { scene: Scene }>({
  scene: [async ({ app, owner, browser }, use) => {
    const context = await browser.newContext({ baseURL: app.url });
    await context.addCookies(owner.cookies);
    const page = await context.newPage();
    const progress = async (id: number) => (await call(page, app.url, 'campaigns/find-campaign', { 'form[id]': id })).progress;
    const start = async (name: string, account?: number) =>
      launch(page, app.url, await write(page, app.url, { name, html, to: people(`${name.toLowerCase()}.example`), account }), name);

    const sent = await start('Apples');
    const other = await start('Pears');
    for (const { id } of [sent, other]) await expect.poll(async () => (await progress(id)).finished_at).toBeTruthy();

    const addAccount = async (name: string, form: Record<string, string | number>): Promise<number> => {
      await call(page, app.url, 'accounts/submit-account', {
        'form[name]': name, 'form[from_name]': 'Example News', 'form[daily_cap]': 0, 'form[rate_per_second]': 0,
        'form[rate_per_minute]': 0, 'form[max_connections]': 1, 'form[enabled]': true, ...form,
      });
      const choices = await call(page, app.url, 'accounts/list-choices') as { id: number; name: string }[];
      return choices.find((choice) => choice.name === name)!.id;
    };
    // An account that takes one message of a campaign a day: the others wait.
    const account = await addAccount('One a day', { 'form[kind]': 'sandbox', 'form[from_address]': 'news@example.com', 'form[campaign_cap]': 1 });
    const waiting = await start('Plums', account);
    await expect.poll(async () => (await progress(waiting.id)).counts.sent).toBe(1);
    await call(page, app.url, 'campaigns/pause-campaign', { 'form[id]': waiting.id });

    // One that a review finds nothing to say about: no sandbox, and its provider signs. Nothing is sent through it.
    const server = await addAccount('Server', {
      'form[kind]': 'smtp', 'form[from_address]': 'news@gmail.com', 'form[host]': '127.0.0.1', 'form[port]': 9, 'form[tls]': 'none',
      'form[campaign_cap]': 0,
    });
    await open(page, '/settings');
    await page.getByLabel('Postal address').fill('Example Ltd, 1 High Street, Springfield');
    await page.getByRole('button', { name: 'Save settings' }).click();
    await expect(page.getByText('Settings saved')).toBeVisible();
    await context.close();
    await use({ sent, other, waiting, account, server });
  }, { scope: 'worker', timeout: 60_000 }],
});

test.describe.configure({ timeout: 120_000 });
// All of them in the worker of the scene, also those that need none of it.
test.beforeEach(({ scene }) => { void scene; });

const title = (page: Page) => page.getByRole('heading', { level: 1 }).first();

test('signing in, and a wrong password', async ({ page, owner, guard }) => {
  guard.allow(/status of 4\d\d/);
  const signIn = new SignInPage(page);
  await signIn.open();
  await axeEverywhere(page);
  await signIn.signIn({ email: owner.email, password: 'not the password' });
  await expect(page.getByText('The email address or the password is wrong.')).toBeVisible();
  await axeEverywhere(page);
});

test('setting up, and a password that is too short', async ({ page, freshApp, guard }) => {
  guard.allow(/status of 422/);
  await open(page, (await freshApp()).setupLink);
  await axeEverywhere(page);
  await page.getByLabel('Your name').fill('Ada');
  await page.getByLabel('Email').fill('ada@example.com');
  await page.getByLabel('Password').fill('short');
  await page.getByRole('button', { name: 'Create owner' }).click();
  await expect(page.getByLabel('Password')).toHaveAttribute('aria-invalid', 'true');
  await axeEverywhere(page);
});

test('joining', async ({ signedIn: page, app }) => {
  await call(page, app.url, 'people/invite-person', { 'form[email]': 'bea@example.com', 'form[role]': 'editor' });
  await open(page, '/settings/people');
  const entry = page.getByRole('listitem', { name: 'bea@example.com' });
  await axeEverywhere(page);
  const link = await entry.locator('code').innerText();
  await page.context().clearCookies();
  await open(page, link);
  await expect(page.getByText('bea@example.com')).toBeVisible();
  await axeEverywhere(page);
});

test('unsubscribing, before and after', async ({ signedIn: page, app, scene }) => {
  const [line] = (await call(page, app.url, 'outbox/list-mails', { 'query[search]': 'ann@apples.example' })).lines;
  expect(scene.sent.name).toBe('Apples');
  const mail = await (await page.request.get(`/outbox/${line.id}/rendered`)).text();
  await page.context().clearCookies();
  await open(page, /href="([^"]*\/u\/[^"]*)"/.exec(mail)![1]!);
  await expect(title(page)).toHaveText('Unsubscribe?');
  await axeEverywhere(page);
  await page.getByRole('button', { name: 'Unsubscribe' }).click();
  await expect(title(page)).toHaveText('You are unsubscribed');
  await hydrated(page);
  await axeEverywhere(page);
  // Others look at the same campaign.
  await page.getByRole('button', { name: /^Undo/ }).click();
  await expect(page.getByText('is subscribed again')).toBeVisible();
  await axeEverywhere(page);
});

test('a new draft with a name that is too long', async ({ signedIn: page, guard }) => {
  guard.allow(/status of 422/);
  await open(page, '/drafts/new');
  await page.getByLabel('Name', { exact: true }).fill('long '.repeat(40));
  await page.getByRole('button', { name: 'Create draft' }).click();
  await expect(page.getByLabel('Name', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await axeEverywhere(page);
});

test.describe('the composer', () => {
  async function newDraft(page: Page, name: string): Promise<string> {
    await open(page, '/drafts/new');
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByRole('button', { name: 'Create draft' }).click();
    await expect(title(page)).toHaveText(name);
    await hydrated(page);
    return new URL(page.url()).pathname;
  }

  test('with nothing in it, step by step', async ({ signedIn: page }) => {
    const draft = await newDraft(page, 'Empty');
    await axeEverywhere(page);
    for (const step of ['recipients', 'review']) {
      await open(page, `${draft}?step=${step}`);
      await expect(title(page)).toHaveText('Empty');
      await axeEverywhere(page);
    }
  });

  test('with a list of which nobody knows where the addresses are', async ({ signedIn: page }) => {
    const draft = await newDraft(page, 'No column');
    await open(page, `${draft}?step=recipients`);
    await page.getByLabel('Or paste a list').fill('Contact\tTown\nann at example.com\tBath\nbob at example.com\tBristol\n');
    await page.getByRole('button', { name: 'Use pasted list' }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'No email column was found' })).toBeVisible();
    await axeEverywhere(page);
  });

  test('with a list that has problems, a row of it opened, and what the review finds', async ({ signedIn: page, app }) => {
    const id = await write(page, app.url, { name: 'Problems', html: '<p>Dear {{ name }}</p>', to: [] });
    await giveList(page, app.url, id, [
      'Email,Name', 'ann@example.org,Ann', 'carla@example.org,', 'dev@gmial.com,Dev', 'emma at example.org,Emma', 'ann@example.org,Ann again',
    ].join('\n'));
    await open(page, `/drafts/${id}?step=recipients`);
    await expect(page.getByText('1 address at gmial.com')).toBeVisible();
    await page.getByText(/^Columns \(/).click();
    await page.getByText('Replace the list').click();
    await expect(page.getByLabel('Name of the column Name')).toBeVisible();
    await axeEverywhere(page);
    for (const show of ['invalid', 'duplicate', 'suppressed']) {
      await open(page, `/drafts/${id}?step=recipients&show=${show}`);
      await axeEverywhere(page);
    }
    await open(page, `/drafts/${id}?step=recipients&show=invalid`);
    await page.getByRole('link', { name: 'Edit emma at example.org' }).click();
    await expect(page.getByRole('row').getByLabel('Email')).toHaveValue('emma at example.org');
    await axeEverywhere(page);
    await open(page, `/drafts/${id}?step=review`);
    await expect(page.getByRole('region', { name: 'Before sending' })).toContainText('There is no unsubscribe link');
    await axeEverywhere(page);
  });

  test('with nothing to find, and asked whether to send', async ({ signedIn: page, app, scene }) => {
    const id = await write(page, app.url, { name: 'Faultless', html, to: people('example.org'), account: scene.server });
    await open(page, `/drafts/${id}?step=review`);
    await expect(page.getByText('Recipient 1 of 3')).toBeVisible();
    await expect(page.getByText('Worth a look')).toHaveCount(0);
    await axeEverywhere(page);
    await page.getByRole('button', { name: 'Send to 3 recipients' }).click();
    await expect(page.getByRole('button', { name: 'Send now' })).toBeVisible();
    await axeEverywhere(page);
  });
});

test.describe('the editor', () => {
  async function openStarter(page: Page): Promise<EditorPage> {
    const editor = new EditorPage(page);
    await open(page, '/templates');
    await page.getByRole('link', { name: 'Newsletter', exact: true }).click();
    await expect(editor.palette).toBeVisible();
    await hydrated(page);
    return editor;
  }

  test('with nothing chosen, a block chosen, and the help open', async ({ signedIn: page }) => {
    const editor = await openStarter(page);
    await axeEverywhere(page);
    for (const kind of ['Text', 'Button', 'Columns']) {
      await editor.canvas.getByRole('group', { name: new RegExp(`^${kind}`) }).first().focus();
      await expect(editor.settings.getByRole('heading', { name: kind })).toBeVisible();
      await axeEverywhere(page);
    }
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await expect(help).toBeVisible();
    await axeEverywhere(page);
    await page.keyboard.press('Escape');
    await expect(help).toBeHidden();
  });

  test('as each of its previews', async ({ signedIn: page }) => {
    await openStarter(page);
    for (const view of ['Desktop', 'Phone', 'Dark mode', 'HTML source', 'Plain text']) {
      await page.getByRole('link', { name: view, exact: true }).click();
      await expect(page.getByRole('link', { name: view, exact: true })).toHaveAttribute('aria-current', 'true');
      await axeEverywhere(page);
    }
  });

  test('in MJML, with a mistake', async ({ signedIn: page }) => {
    const editor = new EditorPage(page);
    await editor.createFrom('Broken', /Empty, as MJML/);
    await page.getByRole('region', { name: 'Source' }).getByRole('textbox').fill('<mjml>\n  <mj-body>\n    <mj-section>\n  </mj-body>\n</mjml>');
    await expect(page.getByRole('alert').filter({ hasText: 'Saved, but it cannot be sent like this.' })).toBeVisible();
    await axeEverywhere(page);
  });

  test('and the versions of a template', async ({ signedIn: page }) => {
    const editor = new EditorPage(page);
    const path = await editor.create('Versions');
    await open(page, `${path}/history`);
    await axeEverywhere(page);
    await page.getByLabel('Keep the template as it is now').fill('The beginning');
    await page.getByRole('button', { name: 'Keep version' }).click();
    await expect(page.getByRole('link', { name: /The beginning/ })).toBeVisible();
    await open(page, path);
    await editor.item('Text').click();
    await editor.expectSaved();
    await open(page, `${path}/history`);
    await expect(page.getByRole('button', { name: 'Restore this version' })).toBeVisible();
    await axeEverywhere(page);
  });
});

/** Path and main heading. */
const pages: Record<string, [(scene: Scene) => string, string | RegExp]> = {
  'a campaign that was sent': [({ sent }) => `/campaigns/${sent.id}`, 'Apples'],
  'its recipients': [({ sent }) => `/campaigns/${sent.id}?tab=recipients`, 'Apples'],
  'its content': [({ sent }) => `/campaigns/${sent.id}?tab=content`, 'Apples'],
  'its report': [({ sent }) => `/campaigns/${sent.id}/report`, 'Report: Apples'],
  'two campaigns side by side': [({ sent, other }) => `/campaigns/compare?ids=${sent.id},${other.id}`, 'Compare campaigns'],
  'a campaign that is paused': [({ waiting }) => `/campaigns/${waiting.id}`, 'Plums'],
  'the list of campaigns': [() => '/campaigns', 'Campaigns'],
  'a queue with waiting mail': [() => '/queue', 'Queue'],
  'the outbox': [() => '/outbox', 'Outbox'],
  'an account': [({ account }) => `/accounts/${account}`, /One a day/],
  'a mail server': [({ server }) => `/accounts/${server}`, /Server/],
  'the accounts': [() => '/accounts', 'Sender accounts'],
  'home after campaigns': [() => '/', 'Home'],
};
for (const [name, [path, heading]] of Object.entries(pages)) {
  test(`${name} is sound`, async ({ signedIn: page, scene }) => {
    await open(page, path(scene));
    await expect(title(page)).toHaveText(heading);
    await axeEverywhere(page);
  });
}

test('what happened to one recipient', async ({ signedIn: page, scene }) => {
  await open(page, `/campaigns/${scene.sent.id}?tab=recipients`);
  await page.getByRole('link', { name: 'bob@apples.example' }).click();
  await expect(title(page)).toHaveText('bob@apples.example');
  await axeEverywhere(page);
});

test('a mail of the outbox from all its sides', async ({ signedIn: page, app, guard }) => {
  // Its box loads no pictures over plain http, and ours is there.
  guard.allow(/\/t\/o\//);
  const [line] = (await call(page, app.url, 'outbox/list-mails', { 'query[search]': 'bob@apples.example' })).lines;
  for (const tab of ['rendered', 'text', 'source', 'headers', 'attachments']) {
    await open(page, `/outbox/${line.id}?tab=${tab}`);
    await expect(title(page)).toHaveText('Subject of Apples');
    await axeEverywhere(page);
  }
});

test('what is not there', async ({ signedIn: page, guard }) => {
  guard.allow(/status of 4\d\d/);
  for (const path of ['/no/such/page', '/campaigns/999999', '/templates/999999', '/drafts/999999', '/outbox/999999', '/u/no-such-token', '/join/no-such-token']) {
    await open(page, path);
    await axeEverywhere(page);
  }
});
