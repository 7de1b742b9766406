// One measurement: a fresh installation takes a list in, sends it, and is gone again.
import { Instance, newsletter, Owner, recipientList } from '../app.mjs';
import { freshDirectory, pause, removeDirectory } from '../processes.mjs';
import { FarAway } from '../proxy.mjs';
import { Sqld } from '../sqld.mjs';

/** With its five tracked links and its plain-text part such a mail is about 10 KB on the wire. */
const HTML_BYTES = 4_400;
const DEADLINE_MS = 60 * 60_000;

/**
 * A fresh installation while `work({ owner, all, account })` goes on: `all` are its processes, `account` leads to the sink. `database`:
 * 'embedded', 'remote' (a libSQL server on loopback) or a number: the same with so many milliseconds added to each round trip.
 */
export async function installed({ appDir, sinkPort, sessions, database = 'embedded', instances = 1 }, work) {
  const directory = freshDirectory('bench');
  const sqld = database === 'embedded' ? undefined : await Sqld.start();
  const proxy = typeof database === 'number' ? await FarAway.start(sqld.port, database) : undefined;
  const all = Array.from({ length: instances }, () => new Instance({ appDir, dataDir: directory, databaseUrl: proxy?.url ?? sqld?.url }));
  try {
    for (const instance of all) await instance.start();
    const owner = new Owner(() => all[0]);
    await owner.setUp();
    return await work({ owner, all, account: await owner.addAccount(sinkPort, sessions) });
  } finally {
    for (const instance of all) await instance.end('SIGTERM', 10_000);
    await proxy?.stop();
    await sqld?.remove();
    removeDirectory(directory);
    await pause(200);
  }
}

export const mail = () => newsletter(HTML_BYTES);

/**
 * Sends `mails` mails and says how it went. `inspect(owner, draft)` may look at the draft before it goes, `watch(owner, campaign, isOver)`
 * at the campaign while it is sent.
 */
export function measure({ mails, inspect, watch, ...options }) {
  return installed(options, async ({ owner, all, account }) => {
    const csv = recipientList(mails);
    const begin = Date.now();
    const draft = await owner.draft({ html: mail(), account, csv });
    const intakeSecs = (Date.now() - begin) / 1000;
    const intakeRss = all[0].peakRss();
    await inspect?.(owner, draft);
    all[0].forgetPeak();
    const before = await work(all);
    await owner.launch(draft);
    const campaign = await owner.newestCampaign();
    let isOver = false;
    const watching = watch?.(owner, campaign, () => isOver);
    const progress = await owner.finished(campaign, DEADLINE_MS).finally(() => { isOver = true; });
    await watching;
    if (progress.counts.sent !== mails) throw new Error(`not all were sent: ${JSON.stringify(progress.counts)}`);
    const after = await work(all);
    return {
      rate: mails / ((progress.finished_at - progress.started_at) / 1000),
      rss: Math.max(...all.map((instance) => instance.peakRss())),
      intakeSecs,
      intakeRss,
      roundTripsPerMail: (after.roundTrips - before.roundTrips) / mails,
      statementsPerMail: (after.statements - before.statements) / mails,
    };
  });
}

/** What all instances have asked of the database so far. */
async function work(instances) {
  const sum = { roundTrips: 0, statements: 0 };
  for (const instance of instances) {
    const { database_round_trips: roundTrips, database_statements: statements } = await instance.readiness();
    sum.roundTrips += roundTrips;
    sum.statements += statements ?? NaN;
  }
  return sum;
}
