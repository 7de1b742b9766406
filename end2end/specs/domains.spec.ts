// Sending domains: a key is made, its record published, and mail arrives signed by it; another takes over without a gap.
import { axe, expect, hydrated, open, test } from '../fixtures';
import { AccountsPage } from '../pages/accounts';

test('a domain gets a key, and its mail is signed once the owner says so', async ({ signedIn: page, smtp }, { project }) => {
  const domain = `${project.name}.news.example`;
  const name = `Signed ${project.name}`;
  const accounts = new AccountsPage(page);
  await accounts.startSmtp();
  await accounts.fill({ name, fromAddress: `ann@${domain}`, host: smtp.host, port: smtp.port });
  await accounts.add(name);

  await open(page, '/settings');
  await page.getByRole('link', { name: 'Sending domains' }).click();
  await hydrated(page);
  const panel = page.getByRole('region', { name: domain });
  await expect(panel).toContainText('Not signed here');
  await panel.getByRole('button', { name: 'Create key' }).click();
  await expect(page.getByText('The key is made.')).toBeVisible();
  const key = panel.getByRole('list').getByRole('listitem').first();
  await expect(key).toContainText(new RegExp(`mailer-\\d{8}\\._domainkey\\.${domain.replaceAll('.', '\\.')}`));
  await expect(key).toContainText('v=DKIM1; k=rsa; p=');
  await axe(page);

  const send = async () => {
    await accounts.open();
    await accounts.entry(name).getByRole('link', { name: `Edit ${name}` }).click();
    await page.getByLabel('Send the test mail to').fill('me@example.org');
    await hydrated(page);
    await page.getByRole('button', { name: 'Send test mail' }).click();
    await expect(accounts.answer).toContainText('took the test mail');
  };
  await send();
  await smtp.waitFor(1);
  expect(smtp.received[0]?.source).not.toContain('DKIM-Signature');

  await open(page, '/settings/domains');
  await panel.getByRole('button', { name: 'I have published it: start signing' }).click();
  await expect(panel).toContainText('Stop signing');
  await hydrated(page);
  await panel.getByRole('button', { name: 'Create another key' }).click();
  await expect(panel.getByRole('list').getByRole('listitem')).toHaveCount(2);
  await axe(page);
  await send();
  await smtp.waitFor(2);
  expect(smtp.received[1]?.source).toMatch(new RegExp(`^DKIM-Signature: v=1; a=rsa-sha256;[^]*d=${domain};`, 'm'));
});
