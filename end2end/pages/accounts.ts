// The sender account pages: the list, and the form of an SMTP account.
import { expect, type Locator, type Page } from '@playwright/test';
import { hydrated, open } from '../fixtures/page';

export interface SmtpAccount {
  name: string;
  fromAddress: string;
  host: string;
  port: number;
  user?: string;
  password?: string;
}

export class AccountsPage {
  constructor(private readonly page: Page) {}

  /** The account's entry in the list. */
  entry(name: string): Locator {
    return this.page.getByRole('listitem', { name, exact: true });
  }

  /** What a test of the connection or a test mail came to. */
  get answer(): Locator {
    // What is told of the page itself is no answer.
    return this.page.getByRole('status').filter({ hasText: /\S/, hasNotText: / · Mailer$/ });
  }

  async open(): Promise<void> {
    await open(this.page, '/accounts');
    await expect(this.page.getByRole('heading', { name: 'Sender accounts', level: 1 })).toBeVisible();
  }

  /** Opens an empty form for an SMTP account, from the list, as a marketer would. */
  async startSmtp(): Promise<void> {
    await this.open();
    await this.page.getByRole('link', { name: 'Add account' }).click();
    await this.page.getByRole('link', { name: /^SMTP server/ }).click();
    await expect(this.page.getByRole('heading', { name: 'Add SMTP server', level: 1 })).toBeVisible();
    await hydrated(this.page);
  }

  /** Fills in the form. The test servers speak without encryption. */
  async fill({ name, fromAddress, host, port, user, password }: SmtpAccount): Promise<void> {
    await this.page.getByLabel('Name', { exact: true }).fill(name);
    await this.page.getByLabel('From address').fill(fromAddress);
    await this.page.getByLabel('Server', { exact: true }).fill(host);
    await this.page.getByLabel('Port').fill(String(port));
    await this.page.getByLabel('Encryption').selectOption('none');
    if (user !== undefined) await this.page.getByLabel('User name').fill(user);
    if (password !== undefined) await this.page.getByLabel('Password').fill(password);
  }

  async testConnection(): Promise<void> {
    await this.page.getByRole('button', { name: 'Test connection' }).click();
  }

  /** Saves a new account and waits until it stands in the list. */
  async add(name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Add account' }).click();
    await expect(this.entry(name)).toBeVisible();
    await hydrated(this.page);
  }

  /** Makes an SMTP account from start to finish. */
  async addSmtp(account: SmtpAccount): Promise<void> {
    await this.startSmtp();
    await this.fill(account);
    await this.add(account.name);
  }
}
