// The parts of script/bench. What is compared is measured in turns (A B A B …), so that a busy minute of the machine hits both; the
// best of each counts, because others at work can only make a run slower.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pause } from '../processes.mjs';
import { FarAway } from '../proxy.mjs';
import { addressOf, recipientList } from '../app.mjs';
import { installed, mail, measure } from './campaign.mjs';
import { best, figure, median } from './figures.mjs';
import { smtpSource } from './sink.mjs';

const FAR_MS = 20;
const PAGE_EVERY_MS = 100;

const say = (line) => console.log(line);

/** Measures each of these ways in turns, `rounds` times; returns the results of each. */
async function inTurns(rounds, ways, options) {
  const results = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, way] of Object.entries(ways)) {
      const result = await measure({ ...options, ...way });
      results[name].push(result);
      say(`${name}: ${result.rate.toFixed(0)} mails/s, ${result.rss.toFixed(0)} MB, ${result.roundTripsPerMail.toFixed(4)} round trips a mail`);
    }
  }
  return results;
}

const bestRate = (results) => best(results.map(({ rate }) => rate));

/** One instance on the embedded file against Postfix's load generator. */
export async function send(options) {
  const yardstick = [];
  const results = [];
  const measureSource = async () => {
    yardstick.push(await smtpSource(options.sinkPort, options.sessions, options.mails));
    say(`smtp-source: ${yardstick.at(-1).toFixed(0)} mails/s`);
  };
  for (let round = 0; round < options.rounds; round += 1) {
    await measureSource();
    results.push(...(await inTurns(1, { embedded: {} }, options)).embedded);
  }
  await measureSource();
  const [fastest] = [...results].sort((a, b) => b.rate - a.rate);
  figure('mails_per_second', fastest.rate, 0, 'one instance, embedded file');
  figure('smtp_source_per_second', best(yardstick), 0, 'smtp-source to the same sink, as many sessions');
  figure('send_ratio', fastest.rate / best(yardstick), 2, 'the first of these by the second');
  figure('rss_mb', best(results.map(({ rss }) => rss)), 0, `peak memory while sending ${options.mails}`);
  figure('round_trips_per_message', fastest.roundTripsPerMail, 4, 'calls of the database, pages and services included');
  if (!Number.isNaN(fastest.statementsPerMail)) figure('statements_per_message', fastest.statementsPerMail, 3, 'SQL statements, likewise');
}

/** A libSQL server on loopback, and one that is 20 ms away, against the embedded file. */
export async function remote(options) {
  const ways = { embedded: {}, remote: { database: 'remote' }, [`remote, ${FAR_MS} ms away`]: { database: FAR_MS } };
  const [embedded, near, far] = Object.values(await inTurns(options.rounds, ways, options));
  figure('remote_ratio', bestRate(near) / bestRate(embedded), 2, 'libSQL server on loopback, by embedded');
  figure(`remote_${FAR_MS}ms_ratio`, bestRate(far) / bestRate(embedded), 2, `the same with ${FAR_MS} ms on each round trip, by embedded`);
  figure('remote_round_trips_per_message', median(far.map(({ roundTripsPerMail }) => roundTripsPerMail)), 4, `of the server ${FAR_MS} ms away`);
}

/** Two and three instances on one database, against one. Each has its own connections to the sink. */
export async function instances(options) {
  const alone = { '1 instance, embedded file': { instances: 1 }, '2 instances, embedded file': { instances: 2 } };
  const [single, pair] = Object.values(await inTurns(options.rounds, alone, options)).map(bestRate);
  figure('instances_2_embedded_ratio', pair / single, 2, 'two instances on one embedded file, by one; all share the cores');
  const ways = { '1 instance': 1, '2 instances': 2, '3 instances': 3 };
  for (const name of Object.keys(ways)) ways[name] = { database: 'remote', instances: ways[name] };
  const [one, two, three] = Object.values(await inTurns(options.rounds, ways, options)).map(bestRate);
  figure('instances_2_ratio', two / one, 2, 'two instances on one libSQL server, by one; all share the cores');
  figure('instances_3_ratio', three / one, 2, 'three instances, by one');
  // The sink answers at once, so the cores set the pace above. Real mail servers take their time, and more connections help.
  say(`the same with a mail server that is ${FAR_MS} ms away:`);
  const far = await FarAway.start(options.sinkPort, FAR_MS);
  const slow = { ...options, sinkPort: far.port, mails: Math.ceil(options.mails / 5) };
  const [slowOne, slowTwo, slowThree] = Object.values(await inTurns(1, ways, slow)).map(bestRate);
  await far.stop();
  figure('instances_2_far_mail_ratio', slowTwo / slowOne, 2, `two, by one, to a mail server ${FAR_MS} ms away`);
  figure('instances_3_far_mail_ratio', slowThree / slowOne, 2, 'three, by one, likewise');
}

/** What a marketer waits for while a large campaign is being sent, and the memory that takes. */
export async function pages(options) { await large(options, 100_000, '100k', ''); }

/** The same with a million, and how much more memory that takes than a hundred thousand. */
export async function million(options) {
  const small = peaks.get('100k') ?? await large(options, 100_000, '100k', '');
  const peak = await large(options, 1_000_000, '1m', '_1m');
  figure('rss_growth_ratio', peak / small, 2, 'peak memory while sending 1,000,000, by 100,000');
}

const CAMPAIGNS = 100;
const EACH = 10_000;
const VISITS = 15;

/** How long each page takes in an installation that has sent a hundred campaigns to ten thousand people each. */
export function desk(options) {
  return installed(options, async ({ owner, account }) => {
    const csv = recipientList(EACH);
    let draft;
    for (let i = 0; i < CAMPAIGNS; i += 1) {
      draft = await owner.draft({ html: mail(), account, csv });
      if (i < CAMPAIGNS - 1) await owner.launch(draft);
    }
    const newest = await owner.newestCampaign();
    await owner.finished(newest, 10 * 60_000);
    const template = await owner.firstTemplate();
    const recipient = await owner.firstRecipient(newest);
    const paths = {
      home: '/', drafts: '/drafts', compose: `/drafts/${draft}`, review: `/drafts/${draft}?step=review`, list: `/drafts/${draft}?step=recipients`,
      templates: '/templates', editor: `/templates/${template}`, campaigns: '/campaigns', campaign: `/campaigns/${newest}`,
      log: `/campaigns/${newest}?tab=recipients`, report: `/campaigns/${newest}/report`, person: `/campaigns/${newest}/recipients/${recipient}`,
      compare: `/campaigns/compare?ids=${newest},${newest - 1},${newest - 2}`, queue: '/queue', outbox: '/outbox', accounts: '/accounts',
      search: '/search?q=news', suppressions: '/suppressions', settings: '/settings', people: '/settings/people', activity: '/settings/activity',
      tracking: '/settings/tracking', about: '/settings/about',
    };
    const times = Object.fromEntries(Object.keys(paths).map((name) => [name, []]));
    for (let visit = 0; visit < VISITS; visit += 1) {
      for (const [name, path] of Object.entries(paths)) times[name].push(await timed(owner, path));
    }
    const medians = Object.entries(times).map(([name, all]) => [name, median(all)]).sort((a, b) => b[1] - a[1]);
    for (const [name, value] of medians) say(`${name}: ${value.toFixed(1)} ms`);
    const [[slowest, most]] = medians;
    figure('desk_slowest_page_ms', most, 1, `median of ${slowest}, the slowest of ${medians.length} pages, at ${CAMPAIGNS} campaigns of ${EACH}`);
    figure('desk_page_ms', median(medians.map(([, value]) => value)), 1, 'the median page');
  });
}

/** What a browser downloads at its first visit. */
export async function size({ appDir }) {
  const { stdout } = spawnSync(process.execPath, [fileURLToPath(new URL('../../wasm-size.mjs', import.meta.url)), resolve(appDir, 'site/pkg')], { encoding: 'utf8' });
  say(stdout.replace(/^figure .*\n/gm, '').trimEnd());
  const of = (name) => Number(new RegExp(`^figure ${name} (\\d+)$`, 'm').exec(stdout)?.[1]);
  figure('wasm_brotli_kb', of('wasm_brotli_kb'), 0, 'the WebAssembly that every visit needs, compressed');
  figure('wasm_all_brotli_kb', of('wasm_all_brotli_kb'), 0, 'that and all areas of the site');
}

/** Milliseconds until the last byte of a page. */
async function timed(owner, path, headers = {}) {
  const begin = process.hrtime.bigint();
  const answer = await owner.request(path, { headers: { accept: 'text/html', ...headers } });
  await answer.text();
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
  return Number(process.hrtime.bigint() - begin) / 1e6;
}

/** Peak memory of the parts that were run, by their size. */
const peaks = new Map();

async function large(options, mails, size, suffix) {
  const times = { campaign: [], queue: [], sign_in: [] };
  const watch = async (owner, campaign, isOver) => {
    const paths = { campaign: `/campaigns/${campaign}`, queue: '/queue', sign_in: '/sign-in' };
    while (!isOver()) {
      for (const [name, path] of Object.entries(paths)) {
        times[name].push(await timed(owner, path, name === 'sign_in' ? { cookie: '' } : {}));
        await pause(PAGE_EVERY_MS);
      }
    }
  };
  const looks = { first: [], middle: [], search: [] };
  const inspect = async (owner, draft) => {
    const list = `/drafts/${draft}?step=recipients`;
    const paths = { first: list, middle: `${list}&after=${Math.floor(mails / 2)}`, search: `${list}&q=${addressOf(mails - 3)}` };
    for (let visit = 0; visit < 5; visit += 1) {
      for (const [name, path] of Object.entries(paths)) looks[name].push(await timed(owner, path));
    }
  };
  const result = await measure({ ...options, mails, inspect, watch });
  say(`${mails} recipients taken in after ${result.intakeSecs.toFixed(1)} s, sent at ${result.rate.toFixed(0)}/s while pages were read`);
  figure(`intake_rss_mb_${size}`, result.intakeRss, 0, `peak memory while a list of ${mails} was taken in`);
  figure(`intake_rows_per_second_${size}`, mails / result.intakeSecs, 0, 'rows of that list, from upload to the last');
  for (const [name, all] of Object.entries(looks)) figure(`list_${name}_${size}_ms`, median(all), 1, `the ${name === 'search' ? 'search for an address near the end' : `${name} page`} of that list`);
  figure(`rss_mb_${size}`, result.rss, 0, `peak memory while sending ${mails}`);
  figure(`mails_per_second_${size}`, result.rate, 0, `${mails} mails, pages being read meanwhile`);
  for (const [name, all] of Object.entries(times)) {
    const slow = [...all].sort((a, b) => a - b)[Math.floor(all.length * 0.95)];
    figure(`${name}_page${suffix}_ms`, median(all), 1, `median of ${all.length} while sending ${mails}; 95 % within ${slow.toFixed(0)} ms`);
  }
  for (const name of ['campaign', 'queue']) {
    figure(`${name}_page${suffix}_ratio`, median(times[name]) / median(times.sign_in), 2, 'by the sign-in page, which reads nothing, in the same minutes');
  }
  peaks.set(size, result.rss);
  return result.rss;
}
