// One run: a campaign on a fresh installation, the strikes of the plan while it is sent, and the audit when all is quiet.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressOf, Instance, newsletter, Owner, recipientList } from '../app.mjs';
import { freshDirectory, keepDirectory, pause, removeDirectory } from '../processes.mjs';
import { Sqld } from '../sqld.mjs';
import { audit } from './audit.mjs';
import { ChaosSmtp } from './smtp.mjs';

const MAIL_BYTES = 2_000;
/** Nothing moves any more when nothing has for this long. */
const QUIET_MS = 1_500;
/** How long a process may take to finish what is on the wire: longer than the longest hang of the server. */
const STOP_MS = 30_000;
/** What one SIGKILL may leave unconfirmed, per connection. */
const MARKED_PER_CONNECTION = { embedded: 2, remote: 5 };
const EXAMPLES = 10;

export class Trial {
  constructor(options) {
    Object.assign(this, options);
    this.kills = 0;
    this.struck = new Map();
    this.faults = [];
    this.chains = new Map();
    this.isOver = false;
    this.begin = Date.now();
    // Retries are a minute apart by default, and a rescue waits for a lease; the slowest run is a few of these.
    this.deadline = this.begin + 300_000 + this.mails * 20;
  }

  async go() {
    this.directory = freshDirectory('chaos');
    try {
      await this.open();
      const log = await this.send();
      return this.report(log);
    } catch (error) {
      for (const instance of this.instances ?? []) await instance.end('SIGKILL');
      this.faults.push(`the run broke off: ${error.stack}`);
      return this.report({ addresses: [], log: [], counts: { total: 0, sent: 0, failed: 0, unconfirmed: 0 }, held: new Map() });
    } finally {
      this.isOver = true;
      await this.close();
    }
  }

  async open() {
    const { mailFault, connectionFault } = this.plan;
    this.smtp = await new ChaosSmtp({ mailFault, connectionFault, onDot: () => this.strikeDue() }).start();
    this.sqld = this.isRemote ? await Sqld.start() : undefined;
    this.instances = Array.from({ length: this.plan.instances }, () => new Instance({
      appDir: this.appDir, dataDir: this.directory, databaseUrl: this.sqld?.url,
      env: { LEASE_SECS: String(this.leaseSecs), RETRY_BASE_SECS: '1' },
    }));
    await this.instances[0].start();
    this.owner = new Owner(() => this.instances.find((instance) => instance.isUp && !instance.isStopped) ?? this.instances[0]);
    await this.owner.setUp();
    // Single faults are the subject here; a breaker that opens for minutes would hide them.
    await this.owner.call('settings/save-workspace', {
      'form[name]': 'Chaos', 'form[time_zone]': 'UTC', 'form[postal_address]': '', 'form[test_address]': '', 'form[track_opens]': true,
      'form[track_clicks]': true, 'form[breaker_failures]': 100, 'form[breaker_secs]': 10,
    });
    const account = await this.owner.addAccount(this.smtp.port, this.connections);
    this.draft = await this.owner.draft({ html: newsletter(MAIL_BYTES), account, csv: recipientList(this.mails) });
    await Promise.all(this.instances.slice(1).map((instance) => instance.start()));
  }

  async send() {
    await this.owner.launch(this.draft);
    this.waiting = [...this.plan.strikes];
    this.strikeDue();
    const campaign = await this.patiently(() => this.owner.newestCampaign());
    const progress = await this.untilQuiet(campaign);
    const log = await this.patiently(() => this.owner.log(campaign));
    await this.stopAll();
    const addresses = Array.from({ length: this.mails }, (_, i) => addressOf(i + 1));
    return { addresses, log, counts: progress.counts, held: this.smtp.held };
  }

  /** The campaign's progress once it is done, every process is back, nothing is on the wire and no counter has moved for a while. */
  async untilQuiet(campaign) {
    let last = '';
    let since = Date.now();
    for (;;) {
      const progress = await this.patiently(() => this.owner.progress(campaign, { limitMs: 5_000 }));
      const { counts } = progress;
      const picture = JSON.stringify([counts, this.smtp.ended]);
      if (picture !== last) [last, since] = [picture, Date.now()];
      if (progress.finished_at) this.waiting = [];
      const isQuiet = progress.finished_at && this.smtp.underWay === 0 && this.chains.size === 0 && Date.now() - since >= QUIET_MS;
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

  /** Starts every strike whose share of the mails the server has got. */
  strikeDue() {
    while (this.waiting?.length > 0 && this.smtp.ended >= this.waiting[0].at * this.mails) {
      const strike = this.waiting.shift();
      if (strike.delayMs === 0) this.enqueue(strike);
      else setTimeout(() => { if (!this.isOver) this.enqueue(strike); }, strike.delayMs);
    }
  }

  /** The strikes of one target follow each other; the first begins at once, before anything else happens. */
  enqueue(strike) {
    const before = this.chains.get(strike.target);
    const chain = (before ? before.then(() => this.strike(strike)) : this.strike(strike))
      .catch((error) => this.faults.push(`${strike.action} ${strike.target}: ${error.message}`))
      .finally(() => { if (this.chains.get(strike.target) === chain) this.chains.delete(strike.target); });
    this.chains.set(strike.target, chain);
  }

  async strike({ target, action, downMs, at }) {
    if (this.isOver) return;
    if (this.isVerbose) console.log(`  ${((Date.now() - this.begin) / 1000).toFixed(2)} s: ${action} ${target} at ${at.toFixed(3)} for ${downMs} ms`);
    const name = target === 'database' ? `database ${action}` : action;
    this.struck.set(name, (this.struck.get(name) ?? 0) + 1);
    const victim = target === 'database' ? this.sqld : this.instances[Number(target.split(' ')[1]) - 1];
    if (action === 'stop') {
      victim.isStopped = true;
      victim.child.kill('SIGSTOP');
      await pause(downMs);
      victim.child.kill('SIGCONT');
      victim.isStopped = false;
      return;
    }
    if (target === 'database') await victim.end(action === 'kill' ? 'SIGKILL' : 'SIGTERM');
    else await this.end(victim, action);
    await pause(downMs);
    if (target === 'database') await victim.restart();
    else await this.patiently(() => this.isOver || victim.start());
  }

  async end(instance, action) {
    if (action === 'kill') {
      this.kills += 1;
      await instance.end('SIGKILL');
    } else if (!(await instance.end('SIGTERM', STOP_MS))) {
      this.kills += 1;
      this.faults.push(`an instance had not ended ${STOP_MS / 1000} s after SIGTERM`);
    }
  }

  async stopAll() {
    for (const instance of this.instances) await this.end(instance, 'term');
  }

  report(books) {
    const { found, ...tally } = audit(books);
    const most = MARKED_PER_CONNECTION[this.isRemote ? 'remote' : 'embedded'] * this.connections;
    const bound = this.kills * most + (this.smtp?.dropped ?? 0);
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
      strikes: [...this.struck].map(([name, n]) => `${name} ${n}`).join(' ') || 'no strike', seconds: (Date.now() - this.begin) / 1000, directory: this.directory,
    };
  }

  async close() {
    for (const instance of this.instances ?? []) await instance.end('SIGKILL');
    if (this.faults.length > 0) {
      for (const [i, instance] of (this.instances ?? []).entries()) writeFileSync(join(this.directory, `instance-${i + 1}.log`), instance.log);
      writeFileSync(join(this.directory, 'plan.json'), JSON.stringify(this.plan, null, 2));
      keepDirectory(this.directory);
    } else removeDirectory(this.directory);
    await this.sqld?.remove();
    await this.smtp?.stop();
  }
}
