// The main job, from an empty machine to a report on mail that was really sent, as a marketer does it.
import type { Page } from '@playwright/test';
import { axe, expect, hasJavaScript, hydrated, open, test } from '../fixtures';
import { AccountsPage } from '../pages/accounts';
import { SetupPage } from '../pages/setup';

interface Person { email: string; name: string; company: string }

/** 195 people; names and companies hold what CSV files hold in practice. */
const people: Person[] = Array.from({ length: 195 }, (_, i) => ({
  email: `person${i + 1}@example.org`,
  name: ['Zoë', 'Łukasz', 'Ann "Annie" Lee', "O'Hara", 'محمد', '李雷', 'José & María'][i % 7] + ` ${i + 1}`,
  company: i % 3 === 0 ? `Nuts, Bolts & Co ${i + 1}` : i % 3 === 1 ? `Two\nLines ${i + 1}` : `Plain ${i + 1}`,
}));

/** 200 rows: the people, three rows that are no addresses, two that are there twice. */
function csv(): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const rows = people.map(({ email, name, company }) => [email, quoted(name), quoted(company)].join(','));
  rows.splice(10, 0, 'not-an-address,Nobody,Nowhere');
  rows.splice(60, 0, 'two@@example.org,Nobody,Nowhere');
  rows.splice(120, 0, ',Nobody,Nowhere');
  rows.push('PERSON3@example.org,Again,Elsewhere', 'person9@example.org,Again,Elsewhere');
  return ['Email,First Name,Company', ...rows].join('\r\n');
}

async function go(page: Page, action: Promise<unknown>): Promise<void> {
  await action;
  await hydrated(page);
}

test('main job: from the setup link to a true report', async ({ page, freshApp, smtp }) => {
  test.setTimeout(180_000);
  const app = await freshApp();
  const at = (path: string) => `${app.url}${path}`;
  const setup = new SetupPage(page);
  await setup.open(app.setupLink);
  await setup.createOwner({ name: 'Mara Marketer', email: 'mara@example.com', password: 'nine hundred grey geese' });

  // The postal address of the footer.
  await open(page, at('/settings'));
  await page.getByLabel('Postal address').fill('Example Ltd, 1 High Street, Springfield');
  await go(page, page.getByRole('button', { name: 'Save settings' }).click());
  await expect(page.getByText('Settings saved')).toBeVisible();

  // A sender account that goes first, without the cap of a hundred a campaign.
  await open(page, at('/accounts/new?kind=smtp'));
  const accounts = new AccountsPage(page);
  await accounts.fill({ name: 'Company server', fromAddress: 'news@example.com', host: smtp.host, port: smtp.port });
  await page.getByLabel('From name').fill('Example News');
  await page.getByLabel('Messages of one campaign a day').fill('0');
  await accounts.add('Company server');

  // A template.
  await open(page, at('/templates/new'));
  await page.getByLabel('Name', { exact: true }).fill('Spring letter');
  await page.getByRole('radio', { name: /HTML/ }).check();
  await go(page, page.getByRole('button', { name: 'Create template' }).click());
  await expect(page.getByRole('heading', { name: 'Spring letter', level: 1 })).toBeVisible();
  await page.getByRole('textbox', { name: 'Subject' }).fill('Hello {{ first_name }}');
  if (!hasJavaScript(page)) await go(page, page.getByRole('button', { name: 'Save subject' }).click());
  await page.getByRole('region', { name: 'Source' }).getByRole('textbox').fill(`<!doctype html><html><body><h1>Dear {{ First Name }}</h1>
    <p>News for {{ company }}.</p><p><a href="https://example.com/spring?to={{ email }}">Read more</a></p>
    <p>{{ workspace_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>`);
  await go(page, page.getByRole('region', { name: 'Source' }).getByRole('button', { name: 'Save' }).click());

  // A draft from it.
  await open(page, at('/drafts/new'));
  await page.getByLabel('Name', { exact: true }).fill('Spring news');
  await page.getByLabel('Template', { exact: true }).selectOption({ label: 'Spring letter' });
  await go(page, page.getByRole('button', { name: 'Create draft' }).click());
  await expect(page.getByRole('heading', { name: 'Spring news', level: 1 })).toBeVisible();
  await axe(page);
  const draft = new URL(page.url()).pathname;

  // Recipients, with a dry run that says what became of each row.
  await open(page, at(`${draft}?step=recipients`));
  await page.getByLabel('Upload a file').setInputFiles({ name: 'spring.csv', mimeType: 'text/csv', buffer: Buffer.from(csv()) });
  await go(page, page.getByRole('button', { name: 'Upload list' }).click());
  const rows = page.getByRole('navigation', { name: 'Rows' });
  await expect(rows).toContainText('195');
  await expect(rows.getByRole('link', { name: /Invalid/ })).toContainText('3');
  await expect(rows.getByRole('link', { name: /Duplicates/ })).toContainText('2');
  await axe(page);
  await go(page, rows.getByRole('link', { name: /Invalid/ }).click());
  await expect(page.getByRole('cell', { name: 'two@@example.org', exact: true })).toBeVisible();

  // The seventh recipient's mail.
  await open(page, at(`${draft}?step=review&recipient=7`));
  await expect(page.getByText('Recipient 7 of 195')).toBeVisible();
  await expect(page.getByText(`Hello ${people[6]?.name}`, { exact: true })).toBeVisible();
  await expect(page.frameLocator('iframe[title="Preview of the mail"]').getByText(`Dear ${people[6]?.name}`)).toBeVisible();
  await axe(page);

  // A test of it.
  await page.getByLabel('Send a test to').fill('mara@example.com');
  await go(page, page.getByRole('button', { name: 'Send test' }).click());
  await smtp.waitFor(1);
  expect(smtp.received[0]?.to).toEqual(['mara@example.com']);
  expect(smtp.received[0]?.mail.subject).toBe(`Hello ${people[6]?.name}`);

  // Off it goes.
  await open(page, at(`${draft}?step=review`));
  await page.getByRole('button', { name: 'Send to 195 recipients' }).click();
  await go(page, page.getByRole('button', { name: 'Send now' }).click());
  await expect(page).toHaveURL(/\/campaigns\/\d+/);
  const campaign = new URL(page.url()).pathname;
  await smtp.waitFor(196);
  await expect(async () => {
    if (!hasJavaScript(page)) await page.reload();
    await expect(page.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '100', { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await axe(page);

  // Exactly 195 mails, each right.
  const mails = smtp.received.slice(1);
  expect(mails.map(({ to }) => to[0]).sort()).toEqual(people.map(({ email }) => email).sort());
  for (const person of people) {
    const [received, ...more] = smtp.to(person.email);
    expect(more).toEqual([]);
    const { mail } = received!;
    expect(mail.subject).toBe(`Hello ${person.name}`);
    expect(mail.from?.text).toBe('"Example News" <news@example.com>');
    expect(mail.text).toContain(`Dear ${person.name}`);
    const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    expect(String(mail.html).replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&#x27;', "'").replaceAll('&#34;', '"'))
      .toContain(`Dear ${escaped(person.name)}`);
    expect(received!.source).toContain('\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n');
    expect(String(mail.html)).toContain('Example Ltd, 1 High Street, Springfield');
  }

  // One of them opens it and clicks.
  const reader = String(smtp.to(people[0]!.email)[0]!.mail.html);
  const link = (pattern: RegExp) => pattern.exec(reader)?.[1] ?? '';
  const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0' };
  // What comes within seconds of sending counts as a machine's: the reader looks again.
  await expect(async () => {
    const pixel = await fetch(link(/src="([^"]*\/t\/o\/[^"]*)"/), { headers });
    expect(pixel.headers.get('content-type')).toBe('image/gif');
    const click = await fetch(link(/href="([^"]*\/t\/c\/[^"]*)"/), { headers, redirect: 'manual' });
    expect(click.headers.get('location')).toBe(`https://example.com/spring?to=${encodeURIComponent(people[0]!.email)}`);
    await open(page, at(`${campaign}/report`));
    await expect(page.getByText(/^1 opened, \d+ opens? in all/)).toBeVisible({ timeout: 1_000 });
    await expect(page.getByText(/^1 clicked, \d+ clicks? in all/)).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  const figures = page.getByRole('region', { name: 'Key figures' });
  await expect(figures).toContainText('0.5%');
  await axe(page);

  // Another unsubscribes; the next send leaves that address out, with the reason.
  const goodbye = people[1]!;
  const unsubscribe = /href="([^"]*\/u\/[^"]*)"/.exec(String(smtp.to(goodbye.email)[0]!.mail.html))?.[1] ?? '';
  await page.goto(unsubscribe);
  await hydrated(page);
  await page.getByRole('button', { name: 'Unsubscribe' }).click();
  await expect(page.getByRole('heading', { name: 'You are unsubscribed' })).toBeVisible();

  await open(page, at(campaign));
  await go(page, page.getByRole('button', { name: 'Duplicate' }).click());
  await expect(page).toHaveURL(/\/drafts\/\d+/);
  const second = new URL(page.url()).pathname;
  await open(page, at(`${second}?step=recipients`));
  await page.getByText('Replace the list').click();
  await page.getByLabel('Or paste a list').fill(`${people[0]!.email}\n${goodbye.email}\n`);
  await go(page, page.getByRole('button', { name: 'Use pasted list' }).click());
  await expect(page.getByRole('navigation', { name: 'Rows' }).getByRole('link', { name: /Suppressed/ })).toContainText('1');
  await open(page, at(`${second}?step=review`));
  await page.getByRole('button', { name: /^Send to 1 recipient/ }).click();
  await go(page, page.getByRole('button', { name: 'Send now' }).click());
  await expect(page).toHaveURL(/\/campaigns\/\d+/);
  await smtp.waitFor(197);
  await open(page, at(`${new URL(page.url()).pathname}?tab=recipients`));
  await expect(page.getByRole('row', { name: new RegExp(goodbye.email) })).toContainText(/unsubscribed/i);
  expect(smtp.to(goodbye.email)).toHaveLength(1);
});
