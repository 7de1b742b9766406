// Messages of which nobody knows whether they left: the program dies while a server keeps silent. They are shown, and a person decides.
import { expect, hydrated, open, test } from '../fixtures';
import { send } from '../fixtures/campaign';
import { SetupPage } from '../pages/setup';

const html = '<!doctype html><html><body><p>News</p><p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>';

test.use({ smtpOptions: { keepSilent: true } });

test('unconfirmed messages are shown, sent again or marked as sent', async ({ page, freshApp, smtp }) => {
  test.setTimeout(180_000);
  const first = await freshApp();
  const setup = new SetupPage(page);
  await setup.open(first.setupLink);
  await setup.createOwner({ name: 'Mara Marketer', email: 'mara@example.com', password: 'nine hundred grey geese' });
  const to = ['ann@example.org', 'bob@example.org'];
  const { id } = await send(page, first.url, smtp, { name: 'Doubtful', html, to });
  // The mails are at the server, and it has not said so yet.
  await first.kill();

  const second = await freshApp({ dataDir: first.dataDir });
  const campaign = `${second.url}/campaigns/${id}`;
  const region = page.getByRole('region', { name: '2 messages are unconfirmed' });
  await expect(async () => {
    await open(page, campaign);
    await expect(region).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 90_000, intervals: [2_000] });
  await expect(region).toContainText('They are not sent again unless you say so.');

  await region.getByRole('link', { name: 'Show in the list' }).click();
  await hydrated(page);
  for (const address of to) await expect(page.getByRole('link', { name: address })).toBeVisible();
  await page.getByRole('link', { name: 'bob@example.org' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('bob@example.org');
  await hydrated(page);
  await page.getByRole('button', { name: 'Mark as sent' }).click();
  await expect(page.getByText('Marked as sent.', { exact: true }).first()).toBeVisible();

  // The other one once more, to a server that answers now.
  smtp.behave({ keepSilent: false });
  await open(page, campaign);
  await page.getByRole('button', { name: 'Resend unconfirmed' }).click();
  const question = page.getByRole('dialog', { name: 'Send these messages once more?' });
  await expect(question).toContainText('will arrive twice');
  await question.getByRole('button', { name: 'Send again' }).click();
  await expect(page.getByText('The messages are in the queue again.')).toBeVisible();
  await smtp.waitFor(3);
  expect(smtp.to('ann@example.org')).toHaveLength(2);
  // The page follows its campaign, and would go on asking.
  await page.goto('about:blank');
  await second.stop();
  await first.clean();
});
