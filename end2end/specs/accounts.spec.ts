// Sender accounts against a real SMTP server: what a connection test says, and that a test mail arrives.
import { axe, expect, freePort, hydrated, test } from '../fixtures';
import { AccountsPage } from '../pages/accounts';

const login = { user: 'marketing', password: 'let the mail out' };

test.describe('a server that asks for a login', () => {
  test.use({ smtpOptions: { login } });

  test('takes a right one, and the test mail arrives', async ({ signedIn, smtp }, { project }) => {
    const accounts = new AccountsPage(signedIn);
    const name = `Newsletter ${project.name}`;
    await accounts.startSmtp();
    await axe(signedIn);
    await accounts.fill({ name, fromAddress: 'news@example.com', host: smtp.host, port: smtp.port, ...login });
    await accounts.testConnection();
    await expect(accounts.answer).toContainText(/works|connected|accepted|signed in/i);
    await accounts.fill({ name, fromAddress: 'news@example.com', host: smtp.host, port: smtp.port, ...login });
    await accounts.add(name);
    await axe(signedIn);

    await accounts.entry(name).getByRole('link', { name: `Edit ${name}` }).click();
    await signedIn.getByLabel('Send the test mail to').fill('me@example.org');
    await hydrated(signedIn);
    await signedIn.getByRole('button', { name: 'Send test mail' }).click();
    await smtp.waitFor(1);
    expect(smtp.received.map(({ from, to, user }) => ({ from, to, user })))
      .toEqual([{ from: 'news@example.com', to: ['me@example.org'], user: login.user }]);
    await expect(accounts.answer).toBeVisible();
  });

  test('refuses a wrong one in its own words, and nothing typed is lost', async ({ signedIn, smtp }) => {
    const accounts = new AccountsPage(signedIn);
    await accounts.startSmtp();
    await accounts.fill({
      name: 'Wrong login', fromAddress: 'news@example.com', host: smtp.host, port: smtp.port, user: login.user, password: 'wrong',
    });
    await accounts.testConnection();
    await expect(accounts.answer).toContainText('5.7.8 Authentication credentials invalid');
    await expect(signedIn.getByLabel('Name', { exact: true })).toHaveValue('Wrong login');
    await expect(signedIn.getByLabel('Port')).toHaveValue(String(smtp.port));
  });
});

test('a server that is not there is named', async ({ signedIn }) => {
  const accounts = new AccountsPage(signedIn);
  await accounts.startSmtp();
  await accounts.fill({ name: 'Nobody', fromAddress: 'news@example.com', host: '127.0.0.1', port: await freePort() });
  await accounts.testConnection();
  await expect(accounts.answer).toContainText('127.0.0.1');
});

test.describe('a server that never speaks', () => {
  test.use({ smtpOptions: { hang: true } });

  test('is given up on, with a sentence', async ({ signedIn, smtp }) => {
    test.slow();
    const accounts = new AccountsPage(signedIn);
    await accounts.startSmtp();
    await accounts.fill({ name: 'Mute', fromAddress: 'news@example.com', host: smtp.host, port: smtp.port });
    await accounts.testConnection();
    await expect(accounts.answer).toContainText(/\d+ (s|seconds)\b/, { timeout: 40_000 });
  });
});
