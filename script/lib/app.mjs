// The release program as a script drives it: its processes, and a signed-in person who works with it over HTTP.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { freePort, isRunning, pause, start } from './processes.mjs';

const READY_MS = 30_000;
const OWNER = { name: 'Script', email: 'script@example.com', password: 'script script script' };

/** One process of the program. Each start listens on a port of its own; the data stays. */
export class Instance {
  constructor({ appDir, dataDir, databaseUrl, env = {} }) {
    Object.assign(this, { appDir, dataDir, databaseUrl, env, log: '' });
  }

  get isUp() { return this.child !== undefined && isRunning(this.child); }

  async start() {
    const port = await freePort();
    this.url = `http://127.0.0.1:${port}`;
    this.child = start(resolve(this.appDir, 'mailer'), [], {
      env: {
        PATH: process.env.PATH, HOME: process.env.HOME, RUST_LOG: 'warn', BASE_URL: this.url, DATA_DIR: this.dataDir, LEPTOS_ENV: 'PROD',
        LEPTOS_OUTPUT_NAME: 'mailer', LEPTOS_HASH_FILES: 'true', LEPTOS_SITE_ADDR: `127.0.0.1:${port}`,
        LEPTOS_SITE_ROOT: resolve(this.appDir, 'site'), ENCRYPTION_KEY: '0'.repeat(64),
        ...(this.databaseUrl && { TURSO_DATABASE_URL: this.databaseUrl, TURSO_AUTH_TOKEN: process.env.TURSO_AUTH_TOKEN ?? '' }),
        ...this.env,
      },
    });
    const deadline = Date.now() + READY_MS;
    while (!(await this.readiness())) {
      if (!this.isUp || Date.now() > deadline) {
        await this.end('SIGKILL');
        throw new Error(`not ready:\n${this.child.output}`);
      }
      await pause(30);
    }
    return this;
  }

  /** What /readyz says, or nothing. */
  async readiness() {
    const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    return answer?.ok ? answer.json().catch(() => undefined) : undefined;
  }

  signal(name) { this.child.kill(name); }

  /** Ends the process with this signal; false if it had to be killed because it took longer than `limitMs`. */
  async end(signal, limitMs = 60_000) {
    const { child } = this;
    let isInTime = true;
    if (this.isUp) child.kill(signal);
    const late = setTimeout(() => { isInTime = false; child.kill('SIGKILL'); }, limitMs);
    await child?.gone;
    clearTimeout(late);
    // Its last words count once, however often it is ended.
    if (child && !child.isLogged) this.log += child.output;
    if (child) child.isLogged = true;
    return isInTime;
  }

  /** Peak memory of the process since its start or the last `forgetPeak`, in MB. */
  peakRss() { return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))[1]) / 1024; }

  forgetPeak() { writeFileSync(`/proc/${this.child.pid}/clear_refs`, '5'); }
}

/** The owner, signed in. `find` gives the instance to speak to, anew for each call. */
export class Owner {
  constructor(find) {
    this.find = find;
    this.cookie = '';
  }

  async request(path, { limitMs = 60_000, headers = {}, ...options } = {}) {
    const { url } = this.find();
    return fetch(`${url}${path}`, {
      redirect: 'manual', signal: AbortSignal.timeout(limitMs), ...options, headers: { origin: url, cookie: this.cookie, accept: 'application/json', ...headers },
    });
  }

  /** Calls a server function and returns what it answers. */
  async call(path, fields = {}, options = {}) {
    const answer = await this.request(`/api/${path}`, { method: 'POST', body: new URLSearchParams(fields), ...options });
    const text = await answer.text();
    if (answer.status >= 400) throw new Error(`${path}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  /** Through the setup link that a fresh installation prints. */
  async setUp() {
    const token = /\/setup\/([\w-]+)/.exec(this.find().child.output)?.[1];
    const answer = await this.request('/api/auth/create-owner', {
      method: 'POST', body: new URLSearchParams({ 'form[token]': token, 'form[name]': OWNER.name, 'form[email]': OWNER.email, 'form[password]': OWNER.password }),
    });
    const [cookie] = answer.headers.getSetCookie();
    if (!cookie) throw new Error(`setting up: ${answer.status} ${await answer.text()}`);
    this.cookie = cookie.split(';')[0];
  }

  /** A plain SMTP account without limits; returns its id. */
  async addAccount(port, connections) {
    await this.call('accounts/submit-account', {
      'form[kind]': 'smtp', 'form[name]': 'Sink', 'form[host]': '127.0.0.1', 'form[port]': port, 'form[tls]': 'none',
      'form[from_name]': 'Script', 'form[from_address]': 'script@example.com', 'form[daily_cap]': 0, 'form[campaign_cap]': 0,
      'form[rate_per_second]': 0, 'form[rate_per_minute]': 0, 'form[max_connections]': connections, 'form[enabled]': true,
    });
    return (await this.call('accounts/list-choices')).find(({ name }) => name === 'Sink').id;
  }

  /** A draft with this HTML, this account and the recipients of this CSV, all taken in; returns its id. */
  async draft({ html, account, csv }) {
    await this.call('drafts/create-draft', { 'form[name]': 'Script', 'form[mode]': 'html' });
    const { id } = firstList(await this.call('drafts/list-drafts', { q: '', page: 1 }))[0];
    await this.call('drafts/edit-draft', { id, revision: await this.revision(id), 'edit[op]': 'headline', 'edit[fields][subject]': 'News for {{ first_name }}' });
    await this.call('drafts/edit-draft', { id, revision: await this.revision(id), 'edit[op]': 'source', 'edit[fields][source]': html });
    await this.call('drafts/save-sender', { 'form[id]': id, 'form[revision]': await this.revision(id), 'form[account]': account });
    const form = new FormData();
    form.set('revision', String(await this.revision(id)));
    form.set('file', new Blob([csv], { type: 'text/csv' }), 'list.csv');
    const answer = await this.request(`/drafts/${id}/recipients`, { method: 'POST', body: form, headers: { accept: 'text/html' }, limitMs: 600_000 });
    if (answer.status >= 400) throw new Error(`upload: ${answer.status} ${await answer.text()}`);
    return id;
  }

  /** The number of one of the templates that every installation begins with. */
  async firstTemplate() {
    const answer = await this.request('/templates', { headers: { accept: 'text/html' } });
    return /\/templates\/(\d+)/.exec(await answer.text())[1];
  }

  /** The number of one message of a campaign. */
  async firstRecipient(campaign) {
    const answer = await this.request(`/campaigns/${campaign}?tab=recipients`, { headers: { accept: 'text/html' } });
    return /\/recipients\/(\d+)/.exec(await answer.text())[1];
  }

  async revision(id) {
    const step = await this.call('drafts/open-content', { id });
    return step.draft?.revision ?? step.editor.revision;
  }

  /** Sends a draft. */
  async launch(id) { await this.call('drafts/launch-draft', { 'form[id]': id, 'form[revision]': await this.revision(id) }); }

  /** The id of the campaign that was launched last. */
  async newestCampaign() { return firstList(await this.call('campaigns/list-campaigns', { 'query[state]': '' }))[0].id; }

  async progress(campaign, options) {
    return (await this.call('campaigns/find-campaign', { 'form[id]': campaign }, options)).progress;
  }

  /** Waits until a campaign is done. */
  async finished(campaign, deadlineMs) {
    const end = Date.now() + deadlineMs;
    for (;;) {
      const progress = await this.progress(campaign);
      if (progress.finished_at) return progress;
      if (Date.now() > end) throw new Error(`not finished in time: ${JSON.stringify(progress)}`);
      await pause(500);
    }
  }

  /** The campaign's log as the marketer downloads it: one object per recipient. */
  async log(campaign) {
    const answer = await this.request(`/campaigns/${campaign}/recipients.csv`, { headers: { 'accept-encoding': 'identity' } });
    if (!answer.ok) throw new Error(`the log: ${answer.status} ${await answer.text()}`);
    const [heads, ...rows] = parseCsv(await answer.text());
    return rows.map((row) => Object.fromEntries(row.map((value, i) => [heads[i], value])));
  }
}

const firstList = (answer) => Object.values(answer).find(Array.isArray);

/** RFC 4180. */
function parseCsv(text) {
  const rows = [];
  let row = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    if (end === '' && row.length === 0 && !quoted && !plain) break;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
    if (end === '') break;
  }
  return rows;
}

/** A personalised HTML mail of about this many bytes, with five links to track. */
export function newsletter(bytes) {
  const links = Array.from({ length: 5 }, (_, i) => `<p><a href="https://example.com/offer/${i}?who={{ email }}">Offer ${i} for {{ first_name }}</a></p>`);
  const head = `<!doctype html><html><head><title>News</title></head><body><h1>Hello {{ first_name | default("there") }}</h1>`
    + `<p>News for {{ company }} in {{ city }}.</p>${links.join('')}`;
  const tail = '<p>{{ workspace_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>';
  const sentence = '<p>A paragraph of ordinary length, as newsletters have them, with words and more words.</p>';
  return head + sentence.repeat(Math.max(1, Math.floor((bytes - head.length - tail.length) / sentence.length))) + tail;
}

/** Spread over domains, as lists are: what slows one down must not slow all. */
export const addressOf = (i) => `p${i}@m${i % 20}.example`;

/** A list of recipients with three merge fields each; a million of them stay below the 50 MB that a list may have. */
export function recipientList(count) {
  const rows = ['email,First Name,Company,City'];
  for (let i = 1; i <= count; i += 1) rows.push(`${addressOf(i)},Ann ${i},"C${i % 100}, Co",City ${i % 10}`);
  return rows.join('\n');
}
