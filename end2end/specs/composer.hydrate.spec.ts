// What the composer does beyond plain forms: a bar while a list is read, arrow keys, saving by itself.
import type { Page } from '@playwright/test';
import { expect, open, test } from '../fixtures';
import { EditorPage } from '../pages/editor';

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

/** A draft of blocks; returns its address. */
async function newDraft(page: Page, name: string): Promise<string> {
  await open(page, '/drafts/new');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Create draft' }).click();
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
  return new URL(page.url()).pathname;
}

test('sender and mail changed at once are both saved, one after the other', async ({ signedIn: page }) => {
  const draft = await newDraft(page, 'At once');
  await open(page, draft);
  const editor = new EditorPage(page);
  const sender = page.getByRole('region', { name: 'Sender' });
  const replies = sender.getByLabel('Reply-to address');
  const subject = page.getByRole('textbox', { name: 'Subject' });
  await editor.slow();
  await replies.fill('first@example.com');
  await editor.item('Text').click();
  await subject.fill('Hello');
  await replies.fill('second@example.com');
  await replies.press('Enter');
  await editor.item('Button').click();
  await editor.expectSaved();
  await expect(sender.getByRole('status')).toHaveText('Saved');
  // Anyone else who saved would have been reported; the guard would see the 409 too.
  await expect(page.getByText('in the meantime')).toHaveCount(0);
  await open(page, draft);
  await expect(replies).toHaveValue('second@example.com');
  await expect(subject).toHaveValue('Hello');
  await editor.expectBlocks('Text “Write something here.”', 'Button “Read more”');
});

test('a finding leads to its place, and is put right beside it', async ({ signedIn: page }) => {
  const draft = await newDraft(page, 'Findings');
  await open(page, draft);
  const editor = new EditorPage(page);
  await editor.item('Text').click();
  await editor.item('Button').click();
  await editor.expectSaved();
  await page.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name: /Review/ }).click();
  const checks = page.getByRole('region', { name: 'Before sending' });
  const finding = checks.getByRole('listitem').filter({ hasText: 'The button has no link.' });
  await finding.getByRole('link', { name: 'Go to the block' }).click();
  await expect(editor.block('Button “Read more”')).toBeFocused();
  await page.goBack();
  await checks.getByRole('link', { name: 'Write a subject' }).first().click();
  await expect(page.getByRole('textbox', { name: 'Subject' })).toBeFocused();
  await page.goBack();
  await finding.getByLabel('Where the button leads').fill('shop.example/spring');
  await finding.getByRole('button', { name: 'Save link' }).click();
  await expect(finding).toHaveCount(0);
  await open(page, `${draft}?step=content&block=2`);
  await expect(editor.settings.getByRole('textbox', { name: 'Link', exact: true })).toHaveValue('https://shop.example/spring');
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
