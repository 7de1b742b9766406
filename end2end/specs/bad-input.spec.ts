// What marketers and operators get wrong: each mistake has its sentence where they look, and nothing typed is lost.
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, hasJavaScript, hydrated, open, test } from '../fixtures';

/** A new draft; returns its path. */
async function newDraft(page: Page, name: string): Promise<string> {
  await open(page, '/drafts/new');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Create draft' }).click();
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
  return new URL(page.url()).pathname;
}

async function upload(page: Page, draft: string, name: string, buffer: Buffer): Promise<void> {
  await open(page, `${draft}?step=recipients`);
  await page.getByLabel('Upload a file').setInputFiles({ name, mimeType: 'text/csv', buffer });
  await page.getByRole('button', { name: 'Upload list' }).click();
}

test.describe('a list', () => {
  test('without an email column is asked about, with its columns', async ({ signedIn: page }) => {
    const draft = await newDraft(page, 'No email column');
    await upload(page, draft, 'people.csv', Buffer.from('Contact,Town\nann at example.com,Bath\nbob at example.com,Bristol\n'));
    await expect(page.getByRole('alert').filter({ hasText: 'No email column was found' })).toBeVisible();
    for (const column of ['Contact', 'Town']) await expect(page.getByLabel(`Name of the column ${column}`)).toBeVisible();
  });

  test('that is a picture is refused in words', async ({ signedIn: page }) => {
    const draft = await newDraft(page, 'Binary');
    await upload(page, draft, 'list.csv', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3, 0xff, 0xfe, 0, 0, 0, 9]));
    await expect(page.getByRole('alert').filter({ hasText: /\S/ }).first()).toContainText(/text|CSV|read/i);
  });

  test('of 60 MB is refused in the page', async ({ signedIn: page, app }, testInfo) => {
    test.slow();
    const draft = await newDraft(page, 'Too large');
    const file = testInfo.outputPath('large.csv');
    await import('node:fs/promises').then((fs) => fs.writeFile(file, `email\n${'someone@example.com,and more words\n'.repeat(1_900_000)}`));
    await open(page, `${draft}?step=recipients`);
    await page.getByLabel('Upload a file').setInputFiles(file);
    await page.getByRole('button', { name: 'Upload list' }).click();
    await expect(page.getByRole('alert').filter({ hasText: /50 MB/ })).toBeVisible({ timeout: 30_000 });
    expect(app.running).toBe(true);
  });
});

test.describe('a template', () => {
  async function codeTemplate(page: Page, source: string): Promise<void> {
    await open(page, '/templates/new');
    await page.getByRole('radio', { name: /HTML/ }).check();
    await page.getByRole('button', { name: 'Create template' }).click();
    const editor = page.getByRole('region', { name: 'Source' });
    await hydrated(page);
    await editor.getByRole('textbox').fill(source);
    await editor.getByRole('button', { name: 'Save' }).click();
    await expect(editor.getByRole('textbox')).toHaveValue(source);
  }

  test('with a mistake in a merge field names the line and keeps the text', async ({ signedIn: page }) => {
    await codeTemplate(page, '<p>One</p>\n<p>Two</p>\n<p>{% if name %}Three</p>');
    await expect(page.getByText(/line 3/i).first()).toBeVisible();
  });

  test('with an unknown filter names it and the known ones', async ({ signedIn: page }) => {
    await codeTemplate(page, '<p>{{ name | shout }}</p>');
    await expect(page.getByText(/shout/).filter({ hasText: /default/ }).first()).toBeVisible();
  });
});

/** With JavaScript the form saves itself when a field is left. */
async function saveSender(page: Page): Promise<void> {
  if (hasJavaScript(page)) await page.getByLabel('Reply-to address').blur();
  else await page.getByRole('button', { name: 'Save sender' }).click();
}

test('a draft changed in another tab is not overwritten', async ({ signedIn: page, context, guard }) => {
  // With JavaScript, Chromium also reports the refusal's status.
  guard.allow(/status of 409/);
  const draft = await newDraft(page, 'Two tabs');
  await open(page, draft);
  const other = await context.newPage();
  await open(other, draft);
  await other.getByLabel('Reply-to address').fill('first@example.com');
  await saveSender(other);
  await expect(other.getByRole('status').filter({ hasText: /^Saved\.?$/ })).toBeVisible();
  await other.close();
  await page.getByLabel('Reply-to address').fill('second@example.com');
  await saveSender(page);
  await expect(page.getByRole('alert').filter({ hasText: /in another tab/ }).first()).toBeVisible();
  await open(page, draft);
  await expect(page.getByLabel('Reply-to address')).toHaveValue('first@example.com');
});

test.describe('a start', () => {
  const binary = join(resolve(process.env.MAILER_APP_DIR ?? 'target/e2e-release'), 'mailer');
  const start = (env: Record<string, string>) => spawnSync(binary, [], {
    encoding: 'utf8',
    timeout: 20_000,
    env: { PATH: process.env.PATH ?? '', LEPTOS_OUTPUT_NAME: 'mailer', LEPTOS_SITE_ADDR: '127.0.0.1:1', DATA_DIR: mkdtempSync(join(tmpdir(), 'mailer-start-')), ...env },
  });

  for (const [name, env, words] of [
    ['with a wrong database address', { TURSO_DATABASE_URL: 'postgres://db' }, 'TURSO_DATABASE_URL is "postgres://db", whose scheme "postgres" is not known'],
    ['with a shared database and no key', { TURSO_DATABASE_URL: 'http://127.0.0.1:1' }, 'ENCRYPTION_KEY is missing'],
    ['with a key that is none', { ENCRYPTION_KEY: 'secret' }, 'ENCRYPTION_KEY is malformed'],
  ] as const) {
    test(`${name} ends with one sentence`, () => {
      const { status, stderr } = start(env);
      expect(status).toBe(1);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).toContain(words);
    });
  }

  test('with another key than the database was set up with ends with one sentence', async ({ freshApp }) => {
    const app = await freshApp();
    const { status, stderr } = start({ DATA_DIR: app.dataDir, ENCRYPTION_KEY: '0'.repeat(64) });
    expect(status).toBe(1);
    expect(stderr).toContain('ENCRYPTION_KEY is not the key this database was set up with');
  });
});
