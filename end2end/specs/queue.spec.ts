// The queue: waiting messages narrowed, chosen, cancelled and sent now; and the page follows what happens.
import { axe, expect, hasJavaScript, hydrated, open, test } from '../fixtures';
import { send } from '../fixtures/campaign';

const html = '<!doctype html><html><body><p>News</p><p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>';

test.use({
  smtpOptions: {
    refuseRecipient: (address) => (address.startsWith('later') ? { code: 450, text: '4.2.0 Try again later' } : undefined),
  },
});

test('waiting messages are narrowed, chosen, cancelled and sent now', async ({ signedIn: page, app, smtp }, info) => {
  test.setTimeout(120_000);
  const later = Array.from({ length: 6 }, (_, i) => `later${i + 1}@queue.example`);
  const name = `Patience ${info.project.name}`;
  await send(page, app.url, smtp, { name, html, to: ['now@queue.example', ...later], arrived: 1 });
  await expect(async () => {
    await open(page, '/queue?state=later&q=later');
    await expect(page.getByRole('checkbox', { name: /^Select later/ })).toHaveCount(6, { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });

  // The filters stand in the address.
  await open(page, '/queue');
  await page.getByLabel('Address', { exact: true }).fill('later');
  await page.getByLabel('Why it waits').selectOption({ label: 'To be tried again later' });
  await page.getByRole('combobox', { name: 'Campaign', exact: true }).selectOption({ label: name });
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(/state=later/);
  await hydrated(page);
  await expect(page.getByLabel('Address', { exact: true })).toHaveValue('later');
  const boxes = page.getByRole('checkbox', { name: /^Select later/ });
  await expect(boxes).toHaveCount(6);
  await expect(page.getByRole('heading', { name: `Waiting messages of ${name}` })).toBeVisible();
  await axe(page);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await axe(page);
  await page.setViewportSize({ width: 1280, height: 900 });

  // Chosen: all, and some.
  if (hasJavaScript(page)) {
    await expect(page.getByRole('button', { name: 'Send selected now' })).toBeDisabled();
    await page.getByLabel('Select all messages of this page').check();
    await expect(page.getByText('6 selected', { exact: true })).toBeVisible();
    await page.getByLabel('Select later1@queue.example').uncheck();
    await expect(page.getByText('5 selected', { exact: true })).toBeVisible();
    await page.getByLabel('Select all messages of this page').check();
    await page.getByLabel('Select all messages of this page').uncheck();
    await expect(page.getByText('None selected')).toBeVisible();
    // The page goes on following what happens, and leaves what is chosen alone.
    await page.getByLabel('Select later2@queue.example').check();
    await page.waitForResponse(/find-queue/);
    await expect(page.getByLabel('Select later2@queue.example')).toBeChecked();
  } else {
    await page.getByLabel('Select later2@queue.example').check();
  }
  await page.getByLabel('Select later1@queue.example').check();
  await page.getByRole('button', { name: 'Cancel selected' }).click();
  const question = hasJavaScript(page) ? 'Cancel 2 selected messages?' : 'Cancel the selected messages?';
  await page.getByRole('dialog', { name: question }).getByRole('button', { name: 'Cancel messages' }).click();
  await expect(page.getByText('The messages are cancelled.')).toBeVisible();
  await hydrated(page);
  await expect(page).toHaveURL(/state=later/);
  await expect(boxes).toHaveCount(4);

  // Sent now, once the server takes them.
  smtp.behave({ refuseRecipient: undefined });
  for (const address of later.slice(2)) await page.getByLabel(`Select ${address}`).check();
  await page.getByRole('button', { name: 'Send selected now' }).click();
  await expect(page.getByText('The messages leave as soon as an account is free.')).toBeVisible();
  await hydrated(page);
  await smtp.waitFor(5);
  const empty = page.getByRole('heading', { name: 'Nothing waits' });
  if (hasJavaScript(page)) {
    await expect(empty).toBeVisible({ timeout: 20_000 });
  } else {
    await expect(async () => {
      await open(page, '/queue');
      await expect(empty).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 20_000 });
  }
});

test('campaigns are paused, resumed, cancelled and deleted together', async ({ signedIn: page, app, smtp }, info) => {
  test.setTimeout(120_000);
  const names = ['Plums', 'Cherries'].map((fruit) => `${fruit} ${info.project.name}`);
  for (const [at, name] of names.entries()) {
    await send(page, app.url, smtp, { name, html, to: [`now${at}@fruit.example`, `later${at}@fruit.example`], arrived: at + 1 });
  }
  const choose = async () => {
    await open(page, '/campaigns');
    for (const name of names) await page.getByLabel(`Select ${name}`).check();
    if (hasJavaScript(page)) await expect(page.getByText('2 selected', { exact: true })).toBeVisible();
  };
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const row = (name: string) => page.getByRole('row', { name: new RegExp(name) });

  await open(page, '/campaigns');
  if (hasJavaScript(page)) {
    await expect(button('Pause')).toBeDisabled();
    await page.getByLabel('Select all campaigns of this page').check();
    await expect(page.getByText(/^\d+ selected$/)).toBeVisible();
    await expect(button('Pause')).toBeEnabled();
  }
  await axe(page);
  await choose();
  await button('Pause').click();
  await expect(page.getByText('Done for all selected campaigns.')).toBeVisible();
  for (const name of names) await expect(row(name)).toContainText('Paused');
  await choose();
  await button('Resume').click();
  for (const name of names) await expect(row(name)).toContainText('Sending');

  await choose();
  await button('Cancel').click();
  await button('Cancel campaigns').click();
  await expect(page.getByText('Done for all selected campaigns.')).toBeVisible();
  for (const name of names) await expect(row(name)).toContainText('Cancelled');

  // What still waited is put away first.
  await expect(async () => {
    await open(page, '/campaigns');
    for (const name of names) await expect(row(name)).toContainText('2 of 2 recipients', { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await choose();
  await button('Delete').click();
  await button('Delete campaigns').click();
  await expect(page.getByText('Done for all selected campaigns.')).toBeVisible();
  for (const name of names) await expect(page.getByRole('link', { name })).toHaveCount(0);
});
