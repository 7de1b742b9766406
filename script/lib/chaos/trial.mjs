// One run: a campaign on a fresh installation, the strikes of the plan while it is sent, and the audit when all is quiet.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressOf, Instance, newsletter, Owner, recipientList } from '../app.mjs';
import { freshDirectory, keepDirectory, pause, removeDirectory } from '../processes.mjs';
import { Sqld } from '../sqld.mjs';
import { audit } from './audit.mjs';
import { ChaosSmtp } from './smtp.mjs';
import { Strikes } from './strikes.mjs';

const MAIL_BYTES = 2_000;
/** Nothing moves any more when nothing has for this long. */
const QUIET_MS = 1_500;
/** What one SIGKILL may leave unconfirmed, per connection. */
const MARKED_PER_CONNECTION = { embedded: 2, remote: 5 };
const EXAMPLES = 10;

export class Trial {
  constructor(options) {
    Object.assign(this, options);
    this.faults = [];
    this.begin = Date.now();
    // Retries are a minute apart by default, and a rescue waits for a lease; the slowest run is a few of these.
    this.deadline = this.begin + 300_000 + this.mails * 20;
  }

  async go() {
    this.directory = freshDirectory('chaos');
    try {
      await this.open();
      this.books = await this.send();
      return this.report(this.books);
    } catch (error) {
      for (const instance of this.instances ?? []) await instance.end('SIGKILL');
      this.faults.push(`the run broke off: ${error.stack}`);
      return this.report({ addresses: [], log: [], counts: { total: 0, sent: 0, failed: 0, unconfirmed: 0 }, held: new Map() });
    } finally {
      this.strikes?.disarm();
      await this.close();
    }
  }

  async open() {
    const { mailFault, connectionFault } = this.plan;
    this.strikes = new Strikes(this);
    this.smtp = await new ChaosSmtp({ mailFault, connectionFault, onDot: () => this.strikes.whatIsDue() }).start();
    this.sqld = this.isRemote ? await Sqld.start() : undefined;
    this.instances = Array.from({ length: this.plan.instances }, () => new Instance({
      appDir: this.appDir, dataDir: this.directory, databaseUrl: this.sqld?.url,
      env: { LEASE_SECS: String(this.leaseSecs), RETRY_BASE_SECS: '1' },
    }));
    await this.instances[0].start();
    this.owner = new Owner(() => this.instances.find((instance) => instance.isUp && !instance.isStopped) ?? this.instances[0]);
    await this.owner.setUp();
    // Single faults are the subject here; a breaker that opens for minutes would hide them.
    await this.owner.call('settings/save-sending', { 'form[max_attempts]': 5, 'form[breaker_failures]': 100, 'form[breaker_minutes]': 10 / 60 });
    const account = await this.owner.addAccount(this.smtp.port, this.connections);
    this.draft = await this.owner.draft({ html: newsletter(MAIL_BYTES), account, csv: recipientList(this.mails) });
    await Promise.all(this.instances.slice(1).map((instance) => instance.start()));
  }

  async send() {
    await this.owner.launch(this.draft);
    this.strikes.arm();
    this.campaign = await this.patiently(() => this.owner.newestCampaign());
    const progress = await this.untilQuiet();
    const log = await this.patiently(() => this.owner.log(this.campaign));
    await this.stopAll();
    const addresses = Array.from({ length: this.mails }, (_, i) => addressOf(i + 1));
    return { addresses, log, counts: progress.counts, held: this.smtp.held };
  }

  /** The campaign's progress once it is done, every process is back, nothing is on the wire and no counter has moved for a while. */
  async untilQuiet() {
    let last = '';
    let since = Date.now();
    for (;;) {
      const progress = await this.patiently(() => this.owner.progress(this.campaign, { limitMs: 5_000 }));
      const { counts } = progress;
      const picture = JSON.stringify([counts, this.smtp.ended]);
      if (picture !== last) [last, since] = [picture, Date.now()];
      if (progress.finished_at) this.strikes.disarm();
      const isQuiet = progress.finished_at && this.smtp.underWay === 0 && this.strikes.areDone && Date.now() - since >= QUIET_MS;
      if (isQuiet) return progress;
      if (Date.now() > this.deadline) {
        this.faults.push(`not finished in time: ${JSON.stringify(counts)}`);
        return progress;
      }
      await pause(200);
    }
  }

  /** Again and again while no process or no database answers. */
  async patiently(action) {
    for (;;) {
      try {
        return await action();
      } catch (error) {
        if (Date.now() > this.deadline) throw error;
        await pause(200);
      }
    }
  }

  async stopAll() {
    for (const instance of this.instances) await this.strikes.end(instance, 'term');
  }

  report(books) {
    const { found, ...tally } = audit(books);
    const most = MARKED_PER_CONNECTION[this.isRemote ? 'remote' : 'embedded'] * this.connections;
    const bound = (this.strikes?.kills ?? 0) * most + (this.smtp?.dropped ?? 0);
    if (tally.unconfirmed > bound) this.faults.push(`unconfirmed ${tally.unconfirmed}, at most ${bound} were to be expected`);
    for (const [kind, all] of Object.entries(found)) {
      for (const line of all.slice(0, EXAMPLES)) this.faults.push(`${kind}: ${line}`);
      if (all.length > EXAMPLES) this.faults.push(`${kind}: and ${all.length - EXAMPLES} more`);
    }
    for (const [i, instance] of (this.instances ?? []).entries()) {
      const panic = /^.*panicked.*$/m.exec(instance.log)?.[0];
      if (panic) this.faults.push(`instance ${i + 1}: ${panic}`);
    }
    return {
      ...tally, bound, lost: found.lost.length, twice: found.twice.length, misstated: found.misstated.length, faults: this.faults,
      strikes: this.strikes?.summary() ?? '', seconds: (Date.now() - this.begin) / 1000, directory: this.directory,
    };
  }

  async close() {
    for (const instance of this.instances ?? []) await instance.end('SIGKILL');
    this.smtp?.goAway();
    await this.sqld?.end('SIGKILL');
    const hasFailed = this.faults.length > 0;
    if (hasFailed) this.leaveEvidence();
    for (const directory of [this.directory, this.sqld?.directory].filter(Boolean)) hasFailed ? keepDirectory(directory) : removeDirectory(directory);
  }

  /** The plan, what each process said, and each recipient as the ledger and the mail server know it. */
  leaveEvidence() {
    const write = (name, text) => writeFileSync(join(this.directory, name), text);
    write('plan.json', JSON.stringify(this.plan, null, 2));
    for (const [i, instance] of (this.instances ?? []).entries()) write(`instance-${i + 1}.log`, instance.log);
    const lines = this.books?.log.map((row) => JSON.stringify({ ...row, offerings: this.smtp.offerings.get(row.address) ?? 0, held: this.smtp.held.get(row.address) ?? [] }));
    if (lines) write('recipients.jsonl', lines.join('\n'));
    if (this.sqld) write('libsql-server.txt', this.sqld.directory);
  }
}
