// The parts of script/bench. What is compared is measured in turns (A B A B …), so that a busy minute of the machine hits both; the
// best of each counts, because others at work can only make a run slower.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pause } from '../processes.mjs';
import { FarAway } from '../proxy.mjs';
import { measure } from './campaign.mjs';
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

/** Two and three instances on one libSQL server, against one. Each has its own connections to the sink. */
export async function instances(options) {
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

export async function million(options) { await large(options, 1_000_000, '1m', '_1m'); }

/** What a browser downloads at its first visit. */
export async function size({ appDir }) {
  const { stdout } = spawnSync(process.execPath, [fileURLToPath(new URL('../../wasm-size.mjs', import.meta.url)), resolve(appDir, 'site/pkg')], { encoding: 'utf8' });
  say(stdout.replace(/^figure .*\n/gm, '').trimEnd());
  figure('wasm_brotli_kb', Number(/^figure wasm_brotli_kb (\d+)$/m.exec(stdout)?.[1]), 0, 'the WebAssembly, compressed');
}

async function large(options, mails, size, suffix) {
  const times = { campaign: [], queue: [], sign_in: [] };
  const watch = async (owner, campaign, isOver) => {
    const paths = { campaign: `/campaigns/${campaign}`, queue: '/queue', sign_in: '/sign-in' };
    while (!isOver()) {
      for (const [name, path] of Object.entries(paths)) {
        const cookie = name === 'sign_in' ? { cookie: '' } : {};
        const begin = process.hrtime.bigint();
        const answer = await owner.request(path, { headers: { accept: 'text/html', ...cookie } });
        await answer.text();
        if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
        times[name].push(Number(process.hrtime.bigint() - begin) / 1e6);
        await pause(PAGE_EVERY_MS);
      }
    }
  };
  const result = await measure({ ...options, mails, watch });
  say(`${mails} recipients taken in after ${result.intakeSecs.toFixed(1)} s (${result.intakeRss.toFixed(0)} MB), sent at ${result.rate.toFixed(0)}/s while pages were read`);
  figure(`rss_mb_${size}`, result.rss, 0, `peak memory while sending ${mails}`);
  figure(`mails_per_second_${size}`, result.rate, 0, `${mails} mails, pages being read meanwhile`);
  for (const [name, all] of Object.entries(times)) {
    const slow = [...all].sort((a, b) => a - b)[Math.floor(all.length * 0.95)];
    figure(`${name}_page${suffix}_ms`, median(all), 1, `median of ${all.length} while sending ${mails}; 95 % within ${slow.toFixed(0)} ms`);
  }
  for (const name of ['campaign', 'queue']) {
    figure(`${name}_page${suffix}_ratio`, median(times[name]) / median(times.sign_in), 2, 'by the sign-in page, which reads no campaign');
  }
}
