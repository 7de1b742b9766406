// How pages come alive, and what becomes of one whose program does not come: a newer version was installed, or the line is down.
import type { Guard } from '../fixtures/guard';
import { expect, hydrated, open, test } from '../fixtures';
import { launch, write } from '../fixtures/campaign';

/** The code of an area, and the first part of the program, which the server has not got any more. */
const settings = /\/pkg\/split_settings\.[^/]*wasm/;
const program = /\/pkg\/mailer\.[^/]*wasm/;
const expected = (guard: Guard) => guard.allow(/wasm|Failed to load resource/i);

test('a page whose program is gone comes from the server, works by links, and comes alive when it is back', async ({ signedIn: page, guard }) => {
  expected(guard);
  await open(page, '/');
  await page.route(settings, (route) => route.fulfill({ status: 404 }));
  await page.getByRole('link', { name: 'Outbox', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Outbox' })).toBeVisible();
  await expect(page).toHaveURL(/\/outbox$/);
  const notice = page.getByRole('alert').filter({ hasText: 'did not load' });
  await expect(notice).toBeVisible();
  await expect(page.locator('html')).not.toHaveAttribute('data-hydrated');

  await page.getByRole('navigation').getByRole('link', { name: 'Sender accounts', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Sender accounts' })).toBeVisible();
  await expect(notice).toBeVisible();

  await page.unroute(settings);
  await notice.getByRole('link', { name: 'Reload the page' }).click();
  await hydrated(page);
  await expect(notice).toBeHidden();
  await expect(page.getByRole('heading', { level: 1, name: 'Sender accounts' })).toBeVisible();
});

test('a page without any program says so, and its links lead on', async ({ signedIn: page, guard }) => {
  expected(guard);
  await page.route(program, (route) => route.fulfill({ status: 404 }));
  await page.goto('/');
  const notice = page.getByRole('alert').filter({ hasText: 'did not load' });
  await expect(notice).toBeVisible();
  await page.unroute(program);
  await page.getByRole('link', { name: 'Drafts', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Drafts' })).toBeVisible();
  await hydrated(page);
  await expect(notice).toBeHidden();
});

test('the server brings the page that was asked for, whole', async ({ signedIn: page, guard }) => {
  expected(guard);
  await open(page, '/');
  await page.route(settings, (route) => route.fulfill({ status: 404 }));
  await page.evaluate(() => {
    const link = document.createElement('a');
    link.href = '/search?q=plum#content';
    document.body.append(link);
    link.click();
  });
  await expect(page.getByRole('alert').filter({ hasText: 'did not load' })).toBeVisible();
  await expect(page).toHaveURL(/\/search\?q=plum#content$/);
  await expect(page.locator('main input[name=q]')).toHaveValue('plum');
});

test('what the server rendered of a report stays, and the browser renders the same', async ({ signedIn: page, app }) => {
  const html = '<p>News <a href="https://shop.example/">Shop</a></p><p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>';
  const draft = await write(page, app.url, { name: 'Greengages', html, to: ['ann@example.org', 'bob@example.org'] });
  const { id } = await launch(page, app.url, draft, 'Greengages');
  await page.goto(`/campaigns/${id}/report`);
  const table = page.getByRole('region', { name: 'Delivery' });
  await table.evaluate((element) => element.setAttribute('data-from', 'server'));
  await hydrated(page);
  await expect(table).toHaveAttribute('data-from', 'server');
  // No program listens there: each button is the platform's.
  const deaf = 'button:not([popovertarget]):not(form[method=post] [type=submit]), [role=button], input:not([type=hidden])';
  await expect(page.locator('.long-page').locator(deaf)).toHaveCount(0);
  // Moments are in the reader's zone (Kolkata in these tests) and language, though no program wrote them.
  const moment = page.locator('time').first();
  const [iso, shown] = [await moment.getAttribute('datetime'), await moment.textContent()];
  const local = (text: string) => page.evaluate((at) => new Intl.DateTimeFormat([], { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at)), text);
  expect(shown).toBe(await local(iso ?? ''));
  // Home, and back by the browser: now the browser renders it, the same.
  await page.getByRole('link', { name: 'Home', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  await page.goBack();
  await expect(table).toBeVisible();
  await expect(table).not.toHaveAttribute('data-from');
  expect(await moment.textContent()).toBe(shown);
});
