// People: an owner invites somebody, who joins and does what their role allows until it changes; passwords and devices.
import type { Browser, Page } from '@playwright/test';
import { axe, expect, hasJavaScript, hydrated, open, test } from '../fixtures';
import { withoutJavaScript } from '../fixtures/page';
import { SignInPage } from '../pages/sign-in';

/** A page of somebody else, with or without JavaScript as the one given. */
async function elsewhere(browser: Browser, like: Page): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: hasJavaScript(like) });
  if (!hasJavaScript(like)) withoutJavaScript(context);
  return context.newPage();
}

test('an invited person joins, gets another role, and is removed', async ({ signedIn: page, browser, app, guard }, { project }) => {
  // With JavaScript, Chromium also reports the status of what is refused.
  guard.allow(/status of 422/);
  test.slow();
  const email = `bea.${project.name}@example.com`;
  const name = `Bea ${project.name}`;
  await open(page, '/settings/people');
  await page.getByLabel('Email').fill('not an address');
  await page.getByRole('button', { name: 'Create invitation' }).click();
  await expect(page.getByText('This address has no @.')).toBeVisible();
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Role', { exact: true }).selectOption('editor');
  await page.getByRole('button', { name: 'Create invitation' }).click();
  await expect(page.getByText('The invitation is ready.')).toBeVisible();
  await expect(page.getByLabel('Email')).toHaveValue('');
  const entry = page.getByRole('listitem', { name: email });
  const link = await entry.locator('code').innerText();
  await axe(page);

  const theirs = await elsewhere(browser, page);
  await open(theirs, link);
  await expect(theirs.getByText(email)).toBeVisible();
  await axe(theirs);
  await theirs.getByLabel('Your name').fill(name);
  await theirs.getByLabel('Password').fill('a long and honest password');
  await theirs.getByRole('button', { name: 'Join' }).click();
  await expect(theirs.getByText('Welcome to Mailer. You are signed in.')).toBeVisible();
  await open(theirs, '/settings');
  await expect(theirs.getByText('Only an owner can change these')).toBeVisible();
  await expect(theirs.getByRole('link', { name: 'People' })).toHaveCount(0);

  await open(page, '/settings/people');
  const person = page.getByRole('listitem', { name });
  await expect(person.getByText('Editor').first()).toBeVisible();
  await person.getByRole('combobox', { name: `Role of ${name}` }).selectOption('owner');
  await person.getByRole('button', { name: `Change the role of ${name}` }).click();
  await expect(page.getByText('The role is changed')).toBeVisible();
  await open(theirs, '/settings/people');
  await expect(theirs.getByRole('listitem', { name }).getByText('That is you')).toBeVisible();

  await open(page, '/settings/people');
  await person.getByRole('button', { name: 'Remove', exact: true }).click();
  await person.getByRole('button', { name: 'Remove from the workspace' }).click();
  await expect(page.getByText('The person is removed')).toBeVisible();
  await theirs.goto(`${app.url}/`);
  await expect(theirs.getByRole('heading', { level: 1 })).toHaveText('Sign in');
  await theirs.context().close();

  await open(page, '/settings/activity');
  await page.getByLabel('What happened').selectOption('user');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await expect(page.getByRole('row', { name: `Removed ${name}` })).toBeVisible();
  await axe(page);
});

test('a changed password and a device signed out end what was open', async ({ page, browser, freshApp }) => {
  test.slow();
  const { SetupPage } = await import('../pages/setup');
  const app = await freshApp();
  const [first, second] = ['a long and honest password', 'another long and honest password'];
  const ada = { name: 'Ada Lovelace', email: 'ada@example.com', password: first };
  await new SetupPage(page).open(app.setupLink);
  await new SetupPage(page).createOwner(ada);

  const phone = await elsewhere(browser, page);
  const signIn = async (password: string) => {
    await open(phone, `${app.url}/sign-in`);
    await new SignInPage(phone).signIn({ email: ada.email, password });
    await expect(phone.getByRole('heading', { level: 1 })).toHaveText('Home');
  };
  const isOut = async () => {
    await phone.goto(`${app.url}/drafts`);
    await expect(phone.getByRole('heading', { level: 1 })).toHaveText('Sign in');
  };
  await signIn(first);

  await open(page, `${app.url}/settings/profile`);
  const devices = page.getByRole('list', { name: 'Your devices' }).getByRole('listitem');
  await expect(devices).toHaveCount(2);
  await devices.nth(1).getByRole('button', { name: /^Sign out/ }).click();
  await expect(page.getByText('The device is signed out.')).toBeVisible();
  await expect(devices).toHaveCount(1);
  await isOut();

  await signIn(first);
  await hydrated(page);
  await page.getByLabel('Current password').fill(first);
  await page.getByLabel('New password').fill(second);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Your password is changed.')).toBeVisible();
  await isOut();
  await signIn(second);
  await phone.context().close();
});
