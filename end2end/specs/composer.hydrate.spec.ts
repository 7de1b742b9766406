// What the composer does beyond plain forms: a bar while a list is read, arrow keys, saving by itself.
import { expect, open, test } from '../fixtures';

test('a long list shows how far it is and is there at once', async ({ signedIn: page }) => {
  test.setTimeout(120_000);
  await open(page, '/drafts/new');
  await page.getByLabel('Name', { exact: true }).fill('Many');
  await page.getByRole('button', { name: 'Create draft' }).click();
  await expect(page.getByRole('heading', { name: 'Many', level: 1 })).toBeVisible();
  const draft = new URL(page.url()).pathname;
  await open(page, `${draft}?step=recipients`);
  const rows = Array.from({ length: 40_000 }, (_, i) => `person${i}@example${i % 97}.com,Person ${i}`);
  await page.getByLabel('Upload a file').setInputFiles({
    name: 'many.csv', mimeType: 'text/csv', buffer: Buffer.from(['email,name', ...rows].join('\n')),
  });
  await page.getByRole('button', { name: 'Upload list' }).click();
  await expect(page.getByText(/rows checked so far/).first()).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole('link', { name: /^Valid/ })).toContainText('40,000', { timeout: 60_000 });
  await page.getByRole('link', { name: 'Next', exact: true }).click();
  await expect(page.getByRole('cell', { name: 'person50@example50.com', exact: true })).toBeVisible();

  // The arrow keys step through the mails.
  await open(page, `${draft}?step=review`);
  await expect(page.getByText('Recipient 1 of 40,000')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText('Recipient 2 of 40,000')).toBeVisible();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByText('Recipient 1 of 40,000')).toBeVisible();
});

test('each step is a page of its own for the keyboard', async ({ signedIn: page }) => {
  await open(page, '/drafts/new');
  await page.getByLabel('Name', { exact: true }).fill('Steps');
  await page.getByRole('button', { name: 'Create draft' }).click();
  await expect(page.getByRole('heading', { name: 'Steps', level: 1 })).toBeVisible();
  await page.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name: /Recipients/ }).click();
  await expect(page).toHaveURL(/step=recipients/);
  await expect(page.getByRole('main')).toBeFocused();
});
