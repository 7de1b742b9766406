// The block editor: a mail from nothing by mouse and by keyboard, every shortcut, undo and redo, two tabs.
import { axe, expect, hydrated, open, test } from '../fixtures';
import { EditorPage } from '../pages/editor';

test.describe.configure({ timeout: 120_000 });
// All of the palette is in sight.
test.use({ viewport: { width: 1280, height: 1100 } });

test('a mail is built from nothing with the mouse', async ({ signedIn: page }) => {
  const editor = new EditorPage(page);
  const path = await editor.create('By mouse');

  // The first is dragged into the empty mail, others to a place, and some are clicked.
  await editor.drag(editor.item('Text'), editor.canvas, { y: 0.5 });
  await editor.expectBlocks('Text “Write something here.”');
  const text = editor.block('Text “Write something here.”');
  await editor.drag(editor.item('Header'), text, { y: 0.2 });
  await editor.expectBlocks('Header “Your name”', 'Text “Write something here.”');
  await editor.expectSaid('Header added at the top');
  await editor.drag(editor.item('Two columns'), text, { y: 0.9 });
  await editor.item('Footer').click();
  await editor.expectBlocks('Header “Your name”', 'Text “Write something here.”', 'Columns', 'Footer');

  // Into a column and out of it again.
  await editor.drag(editor.item('Button'), editor.canvas.locator('.mail-column').nth(1), { y: 0.5 });
  await expect.poll(() => editor.stored(path)).toBe('header text columns[|button] footer');
  await editor.drag(editor.block('Button “Read more”'), editor.canvas.locator('.mail-column').nth(0), { y: 0.5 });
  await expect.poll(() => editor.stored(path)).toBe('header text columns[button|] footer');
  await editor.drag(editor.block('Button “Read more”'), text, { y: 0.9 });
  await expect.poll(() => editor.stored(path)).toBe('header text button columns[|] footer');
  await editor.expectSaid(/Button moved after Text/);

  // The text is written in the mail, the button's words beside it; both are seen at once.
  await text.click();
  await text.locator('[contenteditable]').click();
  await page.keyboard.type('Dear {{ fir');
  const menu = page.getByRole('listbox', { name: 'Merge fields' });
  await expect(menu).toBeVisible();
  await page.keyboard.press('Enter');
  await page.keyboard.type(', welcome.');
  await expect(editor.canvas.getByText('Dear {{ first_name }}, welcome.')).toBeVisible();
  await editor.block('Button “Read more”').click();
  await editor.settings.getByRole('textbox', { name: 'Button text', exact: true }).fill('Come in');
  await expect(editor.block('Button “Come in”')).toBeVisible();
  await editor.settings.getByRole('textbox', { name: 'Link', exact: true }).fill('https://example.com/');
  await editor.settings.getByTitle('Right').click();
  await editor.expectSaved();
  await axe(page);

  // What the editor showed is what the mail says.
  await page.getByRole('link', { name: 'Desktop' }).click();
  const mail = page.frameLocator('iframe[title="Preview of the mail"]');
  await expect(mail.getByText('Dear Ann, welcome.')).toBeVisible();
  await expect(mail.getByRole('link', { name: 'Come in' })).toHaveAttribute('href', 'https://example.com/');
  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  await editor.expectBlocks('Header “Your name”', 'Text “Dear {{ first_name }}, welcome.”', 'Button “Come in”', 'Columns', 'Footer');
});

test('a mail is built from nothing with the keyboard alone, with every shortcut', async ({ signedIn: page }) => {
  const editor = new EditorPage(page);
  const path = await editor.create('By keyboard');
  const press = (keys: string) => page.keyboard.press(keys);

  await editor.item('Text').focus();
  await press('Enter');
  await expect(editor.block('Text “Write something here.”')).toBeFocused();
  await editor.item('Button').focus();
  await press('Enter');
  await editor.item('Two columns').focus();
  await press('Space');
  await editor.expectBlocks('Text “Write something here.”', 'Button “Read more”', 'Columns');

  // Arrows select, Alt and arrows move.
  await expect(editor.block('Columns')).toBeFocused();
  await press('ArrowUp');
  await expect(editor.block('Button “Read more”')).toBeFocused();
  await press('Alt+ArrowUp');
  await editor.expectBlocks('Button “Read more”', 'Text “Write something here.”', 'Columns');
  await editor.expectSaid('Button moved to the top');
  await expect(editor.block('Button “Read more”')).toBeFocused();
  await press('Alt+ArrowDown');
  await press('Alt+ArrowRight');
  await expect.poll(() => editor.stored(path)).toBe('text columns[button|]');
  await press('Alt+ArrowRight');
  await expect.poll(() => editor.stored(path)).toBe('text columns[|button]');
  await press('Escape');
  await expect(editor.block('Columns')).toBeFocused();
  await press('ArrowRight');
  await expect(editor.block('Button “Read more”')).toBeFocused();

  // Copy, delete, and all of it undone and done again.
  await press('Control+d');
  await expect.poll(() => editor.stored(path)).toBe('text columns[|button,button]');
  await press('Delete');
  await expect.poll(() => editor.stored(path)).toBe('text columns[|button]');
  await editor.expectSaid('Button deleted');
  await press('Control+z');
  await expect.poll(() => editor.stored(path)).toBe('text columns[|button,button]');
  await press('Control+y');
  await expect.poll(() => editor.stored(path)).toBe('text columns[|button]');
  await press('Control+z');
  await press('Control+Shift+Z');
  await expect.poll(() => editor.stored(path)).toBe('text columns[|button]');

  // Into the text with Enter, bold, and out with Escape.
  await editor.block('Text “Write something here.”').focus();
  await press('Enter');
  await page.keyboard.type('Good ');
  await press('Control+b');
  await page.keyboard.type('news');
  await press('Escape');
  await expect(editor.block('Text “Good news”')).toBeFocused();
  await press('Control+s');
  await editor.expectSaved();
  await expect(editor.canvas.locator('b, strong', { hasText: 'news' })).toHaveCount(1);

  // Enter on a block without text leads to its settings; Escape twice leads out.
  await editor.block('Columns').focus();
  await press('Enter');
  await expect(editor.settings.getByLabel('Columns', { exact: true })).toBeFocused();
  await editor.block('Text “Good news”').focus();
  await press('Escape');
  await expect(editor.settings.getByRole('heading', { name: 'The whole mail' })).toBeVisible();

  // The sheet of shortcuts.
  await press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(sheet).toBeVisible();
  await axe(page);
  await press('Escape');
  await expect(sheet).toBeHidden();
});

test('undo leads to the start and redo to the end', async ({ signedIn: page }) => {
  const editor = new EditorPage(page);
  const path = await editor.create('Steps');
  for (const name of ['Header', 'Text', 'Two columns', 'Divider', 'Footer']) await editor.item(name).click();
  await editor.block('Divider').focus();
  await page.keyboard.press('Alt+ArrowUp');
  await page.keyboard.press('Control+d');
  await editor.expectSaved();
  const end = await editor.stored(path);
  const undo = page.getByRole('button', { name: 'Undo' });
  const redo = page.getByRole('button', { name: 'Redo' });
  while (await undo.isEnabled()) await undo.click();
  await editor.expectBlocks();
  await expect.poll(() => editor.stored(path)).toBe('');
  while (await redo.isEnabled()) await redo.click();
  await expect.poll(() => editor.stored(path)).toBe(end);
});

test('of two tabs the later one is told and overwrites nothing', async ({ signedIn: page, context, guard }) => {
  guard.allow(/status of 409/);
  const editor = new EditorPage(page);
  const path = await editor.create('Two tabs');
  const second = await context.newPage();
  await open(second, path);
  const other = new EditorPage(second);
  await editor.item('Text').click();
  await editor.expectSaved();
  await other.item('Button').click();
  await expect(second.getByText('Not saved: changed elsewhere')).toBeVisible();
  await expect(second.getByRole('alert')).toContainText('changed in the meantime');
  expect(await editor.stored(path)).toBe('text');
  // What was made there is still to be seen, and leaving asks, by the search too.
  await other.expectBlocks('Button “Read more”');
  let asked = 0;
  second.once('dialog', (dialog) => { asked += 1; void dialog.dismiss(); });
  await second.keyboard.press('Control+k');
  const search = second.getByRole('dialog', { name: 'Search' });
  await search.getByRole('combobox').fill('about');
  await expect(search.getByRole('option', { name: 'About' })).toHaveAttribute('aria-selected', 'true');
  await second.keyboard.press('Enter');
  await expect.poll(() => asked).toBe(1);
  await expect(second).toHaveURL(new RegExp(`${path}$`));
  await other.expectBlocks('Button “Read more”');
  second.once('dialog', (dialog) => { asked += 1; void dialog.accept(); });
  await second.getByRole('link', { name: 'Load the current version' }).click();
  await hydrated(second);
  await other.expectBlocks('Text “Write something here.”');
  expect(asked).toBe(2);
});

test('after a conflict my version can be kept, and the other one is not lost', async ({ signedIn: page, context, guard }) => {
  guard.allow(/status of 409/);
  const editor = new EditorPage(page);
  const path = await editor.create('Mine and theirs');
  const second = await context.newPage();
  await open(second, path);
  const other = new EditorPage(second);
  await editor.item('Text').click();
  await editor.expectSaved();
  await other.item('Button').click();
  await expect(second.getByRole('alert')).toContainText('the other one is kept among the versions of this template');
  // What is done meanwhile counts too.
  await other.item('Divider').click();
  await second.getByRole('button', { name: 'Keep my version' }).click();
  await other.expectSaved();
  expect(await editor.stored(path)).toBe('button divider');
  await expect(second.getByRole('alert')).toHaveCount(0);
  await axe(second);
  await second.getByRole('link', { name: 'among the versions of this template' }).click();
  await expect(second.frameLocator('iframe[title="This version, as a mail"]').getByText('Write something here.')).toBeVisible();
});

test('whoever leaves while something is being saved loses nothing', async ({ signedIn: page }) => {
  const editor = new EditorPage(page);
  const path = await editor.create('Leaving');
  await editor.slow();
  const add = async () => {
    for (const name of ['Text', 'Button']) await editor.item(name).click();
  };
  await add();
  await page.getByRole('link', { name: 'Versions' }).click();
  await expect(page.getByRole('heading', { name: 'Versions of Leaving', level: 1 })).toBeVisible();
  expect(await editor.stored(path)).toBe('text button');

  // By the search.
  await page.goBack();
  await editor.expectBlocks('Text “Write something here.”', 'Button “Read more”');
  await add();
  await page.keyboard.press('Control+k');
  const search = page.getByRole('dialog', { name: 'Search' });
  await search.getByRole('combobox').fill('about');
  await expect(search.getByRole('option', { name: 'About' })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'About', level: 1 })).toBeVisible();
  expect(await editor.stored(path)).toBe('text button text button');

  // By the browser's Back, which waits for nobody: what was changed is sent on.
  await page.goBack();
  await expect(page).toHaveURL(new RegExp(`${path}$`));
  await expect(editor.palette).toBeVisible();
  await add();
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'New template', level: 1 })).toBeVisible();
  await expect.poll(() => editor.stored(path)).toBe('text button text button text button');
});

test('each tool of a text leaves the markup that a mail wants', async ({ signedIn: page }) => {
  const editor = new EditorPage(page);
  const path = await editor.create('Tools');
  const { settings } = editor;
  const tool = (name: string) => () => settings.getByRole('button', { name, exact: true }).click();
  const kind = (words: string) => async () => { await settings.getByLabel('Kind of paragraph').selectOption(words); };
  const link = async () => {
    await tool('Link')();
    await settings.getByLabel('Link to').fill('example.org/a');
    await settings.getByRole('button', { name: 'Set link' }).click();
  };
  const tools: [string, () => Promise<void>, RegExp][] = [
    ['bold', tool('Bold (Ctrl+B)'), /^<p><(b|strong)>bold<\/\1><\/p>$/],
    ['italic', tool('Italic (Ctrl+I)'), /^<p><(i|em)>italic<\/\1><\/p>$/],
    ['bullets', tool('Bullet list'), /<ul>\s*<li>bullets(<br>)?<\/li>\s*<\/ul>/],
    ['numbers', tool('Numbered list'), /<ol>\s*<li>numbers(<br>)?<\/li>\s*<\/ol>/],
    ['heading', kind('Heading'), /^<h2>heading<\/h2>$/],
    ['quote', kind('Quote'), /<blockquote>(<p>)?quote(<\/p>)?<\/blockquote>/],
    ['coloured', () => settings.getByTitle('Button colour').click(), /<span style="color: ?rgb\(37, 99, 235\);?">coloured<\/span>/],
    // Where it stands anyway.
    ['left', tool('Align paragraph left'), /<p( style="text-align: ?left;?")?>left<\/p>/],
    ['centred', tool('Centre paragraph'), /<p style="text-align: ?center;?">centred<\/p>/],
    ['right', tool('Align paragraph right'), /<p style="text-align: ?right;?">right<\/p>/],
    ['linked', link, /^<p><a href="https:\/\/example\.org\/a">linked<\/a><\/p>$/],
  ];
  for (const [at, [words, use, markup]] of tools.entries()) {
    await editor.item('Text').click();
    await expect(editor.block('Text “Write something here.”')).toBeFocused();
    await page.keyboard.press('Enter');
    await page.keyboard.type(words);
    await page.keyboard.press('Control+a');
    await use();
    await expect.poll(async () => (await editor.texts(path))[at], { message: words }).toMatch(markup);
  }
  // What is compiled from it says the same.
  await page.getByRole('link', { name: 'Desktop' }).click();
  const mail = page.frameLocator('iframe[title="Preview of the mail"]');
  await expect(mail.getByText('centred')).toHaveCSS('text-align', 'center');
  await expect(mail.getByText('coloured')).toHaveCSS('color', 'rgb(37, 99, 235)');
  await expect(mail.getByRole('heading', { name: 'heading', level: 2 })).toBeVisible();
  await expect(mail.getByRole('listitem')).toHaveText(['bullets', 'numbers']);
  await expect(mail.getByRole('link', { name: 'linked' })).toHaveAttribute('href', 'https://example.org/a');
});

test('a drag at the edge of the window scrolls the mail', async ({ signedIn: page }) => {
  const editor = new EditorPage(page);
  await editor.create('Scrolling');
  for (let i = 0; i < 6; i += 1) await editor.item('Header').click();
  await editor.expectSaved();
  await page.setViewportSize({ width: 1280, height: 520 });
  await page.evaluate(() => { window.scrollTo(0, 0); });
  const top = () => page.evaluate(() => window.scrollY);
  const start = (await editor.item('Text').boundingBox())!;
  const { mouse } = page;
  await mouse.move(start.x + 20, start.y + 10);
  await mouse.down();
  await mouse.move(640, 400, { steps: 4 });
  await mouse.move(640, 512, { steps: 4 });
  await expect.poll(top).toBeGreaterThan(100);
  await mouse.move(640, 10, { steps: 4 });
  await expect.poll(top).toBe(0);
  await page.keyboard.press('Escape');
  await mouse.up();
  await expect(page.locator('.drop-line')).toHaveCount(0);
});

test('a mail that Gmail would cut says so', async ({ signedIn: page }) => {
  const editor = new EditorPage(page);
  await editor.createFrom('Heavy', /Empty, as HTML/);
  const source = page.getByRole('region', { name: 'Source' }).getByRole('textbox');
  const warning = page.getByRole('alert').filter({ hasText: 'Gmail cuts mails at 102 KB' });
  await source.fill(`<p>${'word '.repeat(21 * 1024)}</p>`);
  await editor.expectSaved();
  await expect(warning).toBeVisible();
  await source.fill('<p>short</p>');
  await expect(warning).toHaveCount(0);
});

test('a change that does not arrive waits, and is sent when the way is free', async ({ signedIn: page, guard }) => {
  guard.allow(/Failed to load resource|ERR_INTERNET_DISCONNECTED|edit-template/);
  const editor = new EditorPage(page);
  const path = await editor.create('Offline');
  await page.context().setOffline(true);
  await editor.item('Text').click();
  await expect(page.getByText(/^Not saved yet, trying again/)).toBeVisible();
  await page.context().setOffline(false);
  await page.keyboard.press('Control+s');
  await editor.expectSaved();
  expect(await editor.stored(path)).toBe('text');
});

test('what is pasted brings its structure and nothing else', async ({ signedIn: page }) => {
  const editor = new EditorPage(page);
  await editor.create('Paste');
  await editor.item('Text').click();
  const text = editor.block('Text “Write something here.”').locator('[contenteditable]');
  await text.click();
  await text.click();
  await expect(text).toBeFocused();
  await text.evaluate((element) => {
    const data = new DataTransfer();
    data.setData('text/html', '<h2 style="font-size:90px" onclick="x()">Title</h2><p class="a">Words <b>bold</b><img src="x" onerror="alert(1)"><script>alert(1)</script> <a href="javascript:alert(1)">bad</a> <a href="https://example.com">good</a></p>');
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  const html = await editor.canvas.locator('.mail-rich').innerHTML();
  expect(html).toContain('Title');
  expect(html).toContain('<b>bold</b>');
  expect(html).toContain('href="https://example.com"');
  expect(html).not.toMatch(/script|onerror|onclick|javascript|<img|class=/);
  await editor.expectSaved();
});

test('on a phone the mail can be edited with a thumb', async ({ signedIn: page }) => {
  const editor = new EditorPage(page);
  const path = await editor.create('Phone');
  await page.setViewportSize({ width: 390, height: 844 });
  await editor.item('Text').click();
  await editor.item('Button').click();
  await expect.poll(() => editor.stored(path)).toBe('text button');
  await editor.canvas.getByRole('button', { name: 'Move up: Button' }).click();
  await expect.poll(() => editor.stored(path)).toBe('button text');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await axe(page);
});
