// The composer as a marketer uses it: a workbook, its columns, a row put right, findings fixed, copies that are meant.
import type { Page } from '@playwright/test';
import { axe, expect, hasJavaScript, hydrated, open, test } from '../fixtures';
import { workbook } from '../fixtures/workbook';
import { AccountsPage } from '../pages/accounts';

/** 21 people, one of them without a name, one with a slip in the address; and a sheet that is no list. */
const book = workbook({
  'Read me': [['How to use this workbook', 'Version'], ['Fill in the second sheet.', '2']],
  Guests: [
    ['Guests of the spring dinner'],
    ['E-Mail', 'Vorname', 'Internal note'],
    ...Array.from({ length: 20 }, (_, i) => [`guest${i + 1}@example.org`, i === 0 ? '' : `Guest ${i + 1}`, 'vip']),
    ['guest21 at example.org', 'Guest 21', ''],
  ],
});

async function go(page: Page, action: Promise<unknown>): Promise<void> {
  await action;
  await hydrated(page);
}

/** A draft of its own, written as HTML; returns its address. */
async function newDraft(page: Page, name: string): Promise<string> {
  await open(page, '/drafts/new');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Without a template, write it as').selectOption('html');
  await go(page, page.getByRole('button', { name: 'Create draft' }).click());
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
  return new URL(page.url()).pathname;
}

const step = (page: Page, name: RegExp) => page.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name });

test('a workbook becomes a mail to everybody on it', async ({ signedIn: page, smtp, guard }) => {
  // With JavaScript, Chromium also reports the status of what is refused.
  guard.allow(/status of 422/);
  test.setTimeout(150_000);
  await open(page, '/accounts/new?kind=smtp');
  const accounts = new AccountsPage(page);
  const account = `Dinner server ${test.info().project.name}`;
  await accounts.fill({ name: account, fromAddress: 'dinner@example.com', host: smtp.host, port: smtp.port });
  await page.getByLabel('Messages of one campaign a day').fill('0');
  await accounts.add(account);

  const draft = await newDraft(page, 'Spring dinner');
  await expect(step(page, /Content/)).toContainText('No subject');
  await expect(step(page, /Recipients/)).toContainText('No list yet');

  // The workbook: the sheet that looks like a list is taken, its title passed over.
  await go(page, step(page, /Recipients/).click());
  await page.getByLabel('Upload a file').setInputFiles({ name: 'dinner.xlsx', mimeType: 'application/octet-stream', buffer: book });
  await go(page, page.getByRole('button', { name: 'Upload list' }).click());
  const rows = page.getByRole('navigation', { name: 'Rows' });
  await expect(rows.getByRole('link', { name: /^Valid/ })).toContainText('20');
  await expect(page.getByRole('heading', { name: 'dinner.xlsx, sheet “Guests”' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Use Read me' })).toBeVisible();
  await axe(page);

  // Its columns: one renamed, one left out.
  const columns = page.getByText('Columns (3)');
  const name = page.getByLabel('Name of the column Vorname');
  if (!await name.isVisible()) await columns.click();
  await name.fill('First name');
  await page.getByLabel('Use the column Internal note').uncheck();
  await go(page, page.getByRole('button', { name: 'Save columns' }).click());
  await expect(page.getByText('The columns are as you set them.')).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'First name' })).toHaveCount(1);
  await expect(page.getByRole('columnheader', { name: 'Internal note' })).toHaveCount(0);

  // The address that is none is put right where it stands.
  await go(page, rows.getByRole('link', { name: /^Invalid/ }).click());
  await go(page, page.getByRole('link', { name: 'Edit guest21 at example.org' }).click());
  const address = page.getByRole('row').getByLabel('E-Mail');
  await expect(address).toHaveValue('guest21 at example.org');
  await axe(page);
  await address.fill('guest1@example.org');
  await go(page, page.getByRole('button', { name: 'Save', exact: true }).click());
  await expect(page.getByText('is in the list already, in line 3').first()).toBeVisible();
  // What was typed is in the form still.
  await expect(address).toHaveValue('guest1@example.org');
  await open(page, `${draft}?step=recipients&show=invalid&edit=21`);
  await address.fill('guest21@example.org');
  await go(page, page.getByRole('button', { name: 'Save', exact: true }).click());
  await expect(page.getByText('Saved. This address will be mailed.')).toBeVisible();
  await expect(rows.getByRole('link', { name: /^Valid/ })).toContainText('21');
  await expect(step(page, /Recipients/)).toContainText('21 people');

  // What is written, and who gets a copy of it.
  await go(page, step(page, /Content/).click());
  await page.getByRole('textbox', { name: 'Subject' }).fill('Dinner, {{ first_name }}?');
  if (!hasJavaScript(page)) await go(page, page.getByRole('button', { name: 'Save subject' }).click());
  await page.getByRole('region', { name: 'Source' }).getByRole('textbox').fill('<html><body><p>Dear {{ first_name }}, dinner is at eight.</p></body></html>');
  await go(page, page.getByRole('region', { name: 'Source' }).getByRole('button', { name: 'Save' }).click());
  // A page that is opened while a save is under way would know only what was there before.
  if (hasJavaScript(page)) await expect(page.getByText(/^Saved \d\d:\d\d$/)).toBeVisible();
  await open(page, draft);
  await page.getByLabel('From account').selectOption({ label: `${account} · dinner@example.com` });
  await page.getByText('Copies of every mail (CC, BCC)').click();
  await page.getByLabel('CC', { exact: true }).fill('host@example.com');
  await page.getByLabel('BCC', { exact: true }).fill('kitchen@example.com');
  if (hasJavaScript(page)) await page.getByLabel('BCC', { exact: true }).blur();
  else await page.getByRole('button', { name: 'Save sender' }).click();
  await expect(page.getByRole('status').filter({ hasText: /^Saved\.?$/ })).toBeVisible();

  // The review finds two things, and puts them right.
  await open(page, `${draft}?step=review`);
  const checks = page.getByRole('region', { name: 'Before sending' });
  await expect(checks).toContainText('1 recipient has no value for {{ first_name }}');
  await axe(page);
  await checks.getByLabel('What mails say instead of first_name').fill('friend');
  await go(page, checks.getByRole('button', { name: 'Say this instead' }).click());
  await expect(checks).not.toContainText('no value for {{ first_name }}');
  await go(page, checks.getByRole('button', { name: 'Add a footer with the link' }).click());
  await expect(checks).not.toContainText('There is no unsubscribe link');
  const mail = page.frameLocator('iframe[title="Preview of the mail"]');
  await expect(mail.getByText('Dear friend, dinner is at eight.')).toBeVisible();
  await go(page, page.getByRole('link', { name: 'Next recipient' }).click());
  await expect(mail.getByText('Dear Guest 2, dinner is at eight.')).toBeVisible();

  // 21 copies for each of two people are asked about.
  await page.getByRole('button', { name: 'Send to 21 recipients' }).click();
  const meant = page.getByLabel(/host@example.com and kitchen@example.com each get 21 copies/);
  await expect(meant).not.toBeChecked();
  await meant.check();
  await go(page, page.getByRole('button', { name: 'Send now' }).click());
  await expect(page).toHaveURL(/\/campaigns\/\d+/);
  await smtp.waitFor(21);
  for (const { to, source } of smtp.received) {
    expect(to.slice(1)).toEqual(['host@example.com', 'kitchen@example.com']);
    expect(source).toContain('\r\nCc: host@example.com\r\n');
    expect(source).not.toMatch(/kitchen|^Bcc:/im);
  }
  expect(smtp.received.map(({ mail }) => mail.subject)).toContain('Dinner, friend?');
});

test('people are added by hand and looked for', async ({ signedIn: page }) => {
  await newDraft(page, 'By hand');
  await go(page, step(page, /Recipients/).click());
  await page.getByLabel('Or paste a list').fill('Name\tEmail\nAnn\tann@gmial.com\nBob\tbob@example.org\n');
  await go(page, page.getByRole('button', { name: 'Use pasted list' }).click());
  await expect(page.getByText('1 address at gmial.com')).toBeVisible();
  await go(page, page.getByRole('button', { name: 'Change to gmail.com' }).click());
  await expect(page.getByRole('cell', { name: 'ann@gmail.com', exact: true })).toBeVisible();
  await page.getByText('Add one person').click();
  await page.getByRole('textbox', { name: 'Email', exact: true }).fill('carla@example.org');
  await go(page, page.getByRole('button', { name: 'Add to the list' }).click());
  await expect(page.getByText('The person is on the list.')).toBeVisible();
  await page.getByLabel('Search recipients').fill('carla');
  await go(page, page.getByRole('button', { name: 'Search' }).click());
  await expect(page.getByRole('cell', { name: 'carla@example.org', exact: true })).toBeVisible();
  await expect(page.getByRole('cell', { name: 'bob@example.org', exact: true })).toHaveCount(0);
  await go(page, page.getByRole('link', { name: 'Edit carla@example.org' }).click());
  await page.getByRole('button', { name: 'Remove from the list' }).click();
  await go(page, page.getByRole('button', { name: 'Remove', exact: true }).click());
  await expect(page.getByText('The row is off the list.')).toBeVisible();
});
