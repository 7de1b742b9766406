// Drives the release program as a marketer would, over HTTP, and times what it sends. Speaks to 127.0.0.1 only; ends what it starts.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const [appDir, recipientsText, sessionsText] = process.argv.slice(2);
const recipients = Number(recipientsText);
const sessions = Number(sessionsText);
const BODY_BYTES = 10_000;
const DEADLINE_MS = 15 * 60_000;

const started = [];
const dataDir = mkdtempSync(join(tmpdir(), 'mailer-bench-'));
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  started.push(child);
  child.output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { child.output += chunk; });
  return child;
}

async function main() {
  const sinkPort = await freePort();
  const asUser = process.getuid?.() === 0 ? ['-u', 'root'] : [];
  start('smtp-sink', [...asUser, `127.0.0.1:${sinkPort}`, '1000']);
  await pause(300);

  const app = await startApp();
  await app.signIn();
  const template = html();
  await app.call('accounts/submit-account', {
    'form[kind]': 'smtp', 'form[name]': 'Sink', 'form[host]': '127.0.0.1', 'form[port]': sinkPort, 'form[tls]': 'none',
    'form[from_name]': 'Bench', 'form[from_address]': 'bench@example.com', 'form[daily_cap]': 0, 'form[campaign_cap]': 0,
    'form[rate_per_second]': 0, 'form[rate_per_minute]': 0, 'form[max_connections]': sessions, 'form[enabled]': true,
  });
  const accounts = await app.call('accounts/list-choices');
  const account = accounts.find(({ name }) => name === 'Sink').id;
  const draft = await app.draft(template, account);
  console.log(`list of ${recipients} taken in after ${(draft.intakeMs / 1000).toFixed(1)} s`);

  const before = smtpSource(sinkPort);
  const trips = await app.roundTrips();
  await app.call('drafts/launch-draft', { 'form[id]': draft.id, 'form[revision]': await app.revision(draft.id) });
  const campaign = await app.finished();
  const used = (await app.roundTrips()) - trips;
  const after = smtpSource(sinkPort);

  const seconds = (campaign.finished_at - campaign.started_at) / 1000;
  const rate = recipients / seconds;
  const yardstick = Math.max(before, after);
  const rss = app.peakRss();
  console.log(`mailer: ${recipients} mails of ${template.length} bytes HTML in ${seconds.toFixed(2)} s = ${rate.toFixed(0)}/s, ${sessions} connections`);
  console.log(`smtp-source: ${before.toFixed(0)}/s before, ${after.toFixed(0)}/s after, ${sessions} sessions, same sink`);
  console.log(`figure mails_per_second ${rate.toFixed(0)}`);
  console.log(`figure smtp_source_per_second ${yardstick.toFixed(0)}`);
  console.log(`figure send_ratio ${(rate / yardstick).toFixed(2)}`);
  console.log(`figure rss_mb ${rss.toFixed(0)}`);
  console.log(`figure round_trips_per_message ${(used / recipients).toFixed(4)}`);
  await app.stop();
}

/** Messages a second of Postfix's own load generator: no rendering, no MIME, no ledger. */
function smtpSource(port) {
  const count = Math.min(recipients, 20_000);
  const begin = process.hrtime.bigint();
  const { status, stderr } = spawnSync('smtp-source', [
    '-d', '-s', String(sessions), '-m', String(count), '-l', String(BODY_BYTES), '-f', 'a@example.com', '-t', 'b@example.com', `127.0.0.1:${port}`,
  ]);
  if (status !== 0) throw new Error(`smtp-source failed: ${stderr}`);
  return count / (Number(process.hrtime.bigint() - begin) / 1e9);
}

/** A mail of about BODY_BYTES with merge fields and links to track. */
function html() {
  const links = Array.from({ length: 5 }, (_, i) => `<p><a href="https://example.com/offer/${i}?who={{ email }}">Offer ${i} for {{ first_name }}</a></p>`);
  const head = `<!doctype html><html><head><title>News</title></head><body><h1>Hello {{ first_name | default("there") }}</h1>`
    + `<p>News for {{ company }} in {{ city }}.</p>${links.join('')}`;
  const tail = '<p>{{ workspace_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>';
  const sentence = '<p>A paragraph of ordinary length, as newsletters have them, with words and more words.</p>';
  return head + sentence.repeat(Math.max(1, Math.floor((BODY_BYTES * 0.8 - head.length - tail.length) / sentence.length))) + tail;
}

async function startApp() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = start(resolve(appDir, 'mailer'), [], {
    env: {
      PATH: process.env.PATH, HOME: process.env.HOME, RUST_LOG: 'warn', BASE_URL: url, DATA_DIR: dataDir, LEPTOS_ENV: 'PROD',
      LEPTOS_OUTPUT_NAME: 'mailer', LEPTOS_HASH_FILES: 'true', LEPTOS_SITE_ADDR: `127.0.0.1:${port}`, LEPTOS_SITE_ROOT: resolve(appDir, 'site'),
      ...(process.env.TURSO_DATABASE_URL && {
        TURSO_DATABASE_URL: process.env.TURSO_DATABASE_URL, TURSO_AUTH_TOKEN: process.env.TURSO_AUTH_TOKEN ?? '', ENCRYPTION_KEY: '0'.repeat(64),
      }),
    },
  });
  const deadline = Date.now() + 30_000;
  while (!(await fetch(`${url}/readyz`).catch(() => undefined))?.ok) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error(`not ready:\n${child.output}`);
    await pause(50);
  }
  let cookie = '';
  const post = (path, body, headers = {}) => fetch(`${url}${path}`, {
    method: 'POST', body, redirect: 'manual', headers: { origin: url, cookie, accept: 'application/json', ...headers },
  });
  const call = async (path, fields = {}) => {
    const answer = await post(`/api/${path}`, new URLSearchParams(fields));
    const text = await answer.text();
    if (answer.status >= 400) throw new Error(`${path}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
  return {
    call,
    async signIn() {
      const token = /\/setup\/([\w-]+)/.exec(child.output)?.[1];
      const answer = await post('/api/auth/create-owner', new URLSearchParams({
        'form[token]': token, 'form[name]': 'Bench', 'form[email]': 'bench@example.com', 'form[password]': 'bench bench bench',
      }));
      cookie = answer.headers.getSetCookie()[0].split(';')[0];
    },
    /** A draft with this HTML, the account, and all recipients taken in. */
    async draft(source, account) {
      await call('drafts/create-draft', { 'form[name]': 'Bench', 'form[mode]': 'html' });
      const list = await call('drafts/list-drafts', { q: '', page: 1 });
      const { id } = Object.values(list).find(Array.isArray)[0];
      await call('drafts/edit-draft', { id, revision: await this.revision(id), 'edit[op]': 'headline', 'edit[fields][subject]': 'News for {{ first_name }}' });
      await call('drafts/edit-draft', { id, revision: await this.revision(id), 'edit[op]': 'source', 'edit[fields][source]': source });
      await call('drafts/save-sender', { 'form[id]': id, 'form[revision]': await this.revision(id), 'form[account]': account });
      const form = new FormData();
      form.set('revision', String(await this.revision(id)));
      form.set('file', new Blob([csv()], { type: 'text/csv' }), 'list.csv');
      const begin = Date.now();
      const answer = await post(`/drafts/${id}/recipients`, form, { accept: 'text/html' });
      if (answer.status >= 400) throw new Error(`upload: ${answer.status} ${await answer.text()}`);
      return { id, intakeMs: Date.now() - begin };
    },
    async revision(id) {
      const step = await call('drafts/open-content', { id });
      return step.draft?.revision ?? step.editor.revision;
    },
    /** The newest campaign, once it is done. */
    async finished() {
      const end = Date.now() + DEADLINE_MS;
      const list = await call('campaigns/list-campaigns', { 'query[state]': '' });
      const id = Object.values(list).find(Array.isArray)[0].id;
      for (;;) {
        const { progress } = await call('campaigns/find-campaign', { 'form[id]': id });
        if (progress.finished_at) return progress;
        if (Date.now() > end) throw new Error(`not finished in time: ${JSON.stringify(progress)}`);
        await pause(1_000);
      }
    },
    roundTrips: async () => (await (await fetch(`${url}/readyz`)).json()).database_round_trips,
    peakRss: () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024,
    async stop() {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}

function csv() {
  const rows = ['email,First Name,Company,City'];
  for (let i = 1; i <= recipients; i += 1) rows.push(`person${i}@example.com,Person ${i},"Company ${i}, Inc.",City ${i % 100}`);
  return rows.join('\n');
}

try {
  await main();
} finally {
  for (const child of started) if (child.exitCode === null) child.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
}
