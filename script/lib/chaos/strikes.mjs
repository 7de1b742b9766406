// Carries out a plan's strikes while a campaign is sent, and keeps count of them.
import { pause } from '../processes.mjs';

/** How long a process may take to finish what is on the wire: longer than the longest hang of the mail server. */
const STOP_MS = 30_000;

export class Strikes {
  /** `trial`: its instances, sqld, smtp, owner and campaign are what is struck; `faults` takes what goes wrong here. */
  constructor(trial) {
    Object.assign(this, { trial, kills: 0, counts: new Map(), waiting: [], chains: new Map(), isOver: false });
  }

  arm() {
    this.waiting = [...this.trial.plan.strikes];
    this.whatIsDue();
  }

  /** No further strike begins; what was struck is brought back. */
  disarm() {
    this.waiting = [];
    this.isOver = true;
  }

  get areDone() { return this.chains.size === 0; }

  summary() { return [...this.counts].map(([name, n]) => `${name} ${n}`).join(', ') || 'no strike'; }

  /** Starts every strike whose share of the mails the server has got. */
  whatIsDue() {
    const { smtp, mails } = this.trial;
    while (this.waiting.length > 0 && smtp.ended >= this.waiting[0].at * mails) {
      const strike = this.waiting.shift();
      if (strike.delayMs === 0) this.enqueue(strike);
      else setTimeout(() => this.enqueue(strike), strike.delayMs);
    }
  }

  /** The strikes of one target follow each other; the first begins at once, before anything else happens. */
  enqueue(strike) {
    const before = this.chains.get(strike.target);
    const chain = (before ? before.then(() => this.strike(strike)) : this.strike(strike))
      .catch((error) => this.trial.faults.push(`${strike.action} ${strike.target}: ${error.message}`))
      .finally(() => { if (this.chains.get(strike.target) === chain) this.chains.delete(strike.target); });
    this.chains.set(strike.target, chain);
  }

  async strike({ target, action, downMs, at }) {
    if (this.isOver) return;
    const { begin, isVerbose, instances, sqld, smtp } = this.trial;
    if (isVerbose) console.log(`  ${((Date.now() - begin) / 1000).toFixed(2)} s: ${action} ${target} at ${at.toFixed(3)} for ${downMs} ms`);
    const [kind, number] = target.split(' ');
    const name = kind === 'instance' ? action : `${kind} ${action}`;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    if (kind === 'campaign') await this.pauseCampaign(downMs);
    else if (kind === 'mailserver') {
      smtp.goAway();
      await pause(downMs);
      await smtp.start();
    } else if (action === 'stop') await freeze(kind === 'database' ? sqld : instances[number - 1], downMs);
    else if (kind === 'database') {
      await sqld.end(action === 'kill' ? 'SIGKILL' : 'SIGTERM');
      await pause(downMs);
      await sqld.restart();
    } else {
      await this.end(instances[number - 1], action);
      await pause(downMs);
      await this.trial.patiently(() => instances[number - 1].start());
    }
  }

  async end(instance, action) {
    if (action === 'kill') {
      this.kills += 1;
      await instance.end('SIGKILL');
    } else if (!(await instance.end('SIGTERM', STOP_MS))) {
      this.kills += 1;
      this.trial.faults.push(`an instance had not ended ${STOP_MS / 1000} s after SIGTERM`);
    }
  }

  /** As a person does who has seen a mistake; who is late for it is told so, which is no fault. */
  async pauseCampaign(downMs) {
    const say = (verb) => this.trial.patiently(async () => {
      const { campaign, owner } = this.trial;
      if (campaign === undefined) throw new Error('the campaign is being launched');
      const answer = await owner.request(`/api/campaigns/${verb}-campaign`, { method: 'POST', body: new URLSearchParams({ 'form[id]': campaign }), limitMs: 5_000 });
      if (answer.status >= 500) throw new Error(`${verb} campaign: ${answer.status}`);
    });
    await say('pause');
    await pause(downMs);
    await say('resume');
  }
}

async function freeze(victim, ms) {
  victim.isStopped = true;
  victim.child.kill('SIGSTOP');
  await pause(ms);
  victim.child.kill('SIGCONT');
  victim.isStopped = false;
}
