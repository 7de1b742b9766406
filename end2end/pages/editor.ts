// The block editor, as a marketer sees it.
import { expect, type Locator, type Page } from '@playwright/test';
import { open } from '../fixtures/page';

export class EditorPage {
  readonly canvas: Locator;
  readonly palette: Locator;
  readonly settings: Locator;

  constructor(readonly page: Page) {
    this.canvas = page.getByRole('group', { name: 'The mail' });
    this.palette = page.getByRole('region', { name: 'Add a block' });
    this.settings = page.getByRole('region', { name: 'Settings' });
  }

  /** Makes an empty template of blocks and opens it. */
  async create(name: string): Promise<string> {
    await this.createFrom(name, /Empty, with blocks/);
    await expect(this.palette).toBeVisible();
    return new URL(this.page.url()).pathname;
  }

  /** Makes a template from one of the beginnings that are offered, and opens it. */
  async createFrom(name: string, beginning: RegExp): Promise<void> {
    await open(this.page, '/templates/new');
    await this.page.getByLabel('Name', { exact: true }).fill(name);
    await this.page.getByRole('radio', { name: beginning }).check();
    await this.page.getByRole('button', { name: 'Create template' }).click();
    await expect(this.page.getByRole('heading', { name, level: 1 })).toBeVisible();
  }

  /** Lets the answers to changes take a while, so that there is something to be seen meanwhile. */
  async slow(): Promise<void> {
    await this.page.route(/\/api\/(templates\/edit-template|drafts\/(edit-draft|save-sender))$/, async (route) => {
      await new Promise((done) => { setTimeout(done, 400); });
      await route.continue();
    });
  }

  item(name: string): Locator {
    return this.palette.getByRole('button', { name, exact: true });
  }

  /** A block by what it is called: "Button “Read more”". */
  block(name: string): Locator {
    return this.canvas.getByRole('group', { name, exact: true });
  }

  /** The blocks as they are called, from top to bottom. */
  async blocks(): Promise<string[]> {
    return this.canvas.locator('[data-block]').evaluateAll((blocks) => blocks.map((block) => block.getAttribute('aria-label') ?? ''));
  }

  async expectBlocks(...names: string[]): Promise<void> {
    await expect.poll(() => this.blocks()).toEqual(names);
  }

  /** Drags with the mouse, as a hand does: in steps, to a point of the target given in parts of its size. */
  async drag(from: Locator, to: Locator, at: { x?: number; y: number }): Promise<void> {
    const start = (await from.boundingBox())!;
    const mouse = this.page.mouse;
    await mouse.move(start.x + start.width / 2, start.y + Math.min(start.height / 2, 20));
    await mouse.down();
    await mouse.move(start.x + start.width / 2 + 12, start.y + 24, { steps: 3 });
    const end = (await to.boundingBox())!;
    await mouse.move(end.x + end.width * (at.x ?? 0.5), end.y + end.height * at.y, { steps: 6 });
    await expect(this.page.locator('.drop-line')).toBeVisible();
    await mouse.up();
    await expect(this.page.locator('.drop-line')).toHaveCount(0);
  }

  async expectSaved(): Promise<void> {
    await expect(this.page.getByText(/^Saved \d\d:\d\d$/)).toBeVisible();
  }

  /** What screen readers were told last. */
  async expectSaid(words: string | RegExp): Promise<void> {
    await expect(this.page.getByRole('status').filter({ hasText: words })).toHaveCount(1);
  }

  /** The rich text of the stored text blocks, from top to bottom. */
  async texts(path: string): Promise<string[]> {
    const answer = await this.page.request.get(`${path}/export`);
    const file = await answer.json() as { design: { document: { blocks: Block[] } } };
    return file.design.document.blocks.filter(({ kind }) => kind.type === 'text').map(({ kind }) => kind.html!);
  }

  /** The stored design: the blocks of the exported file, as "type" or "columns[a,b|c]". */
  async stored(path: string): Promise<string> {
    const answer = await this.page.request.get(`${path}/export`);
    const file = await answer.json() as { design: { document: { blocks: Block[] } } };
    const name = ({ kind }: Block): string => kind.type === 'columns'
      ? `columns[${kind.columns!.map((column) => column.blocks.map(name).join(',')).join('|')}]`
      : kind.type;
    return file.design.document.blocks.map(name).join(' ');
  }
}

interface Block { kind: { type: string; html?: string; columns?: { blocks: Block[] }[] } }
