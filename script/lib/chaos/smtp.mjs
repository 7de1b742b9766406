// A mail server that keeps book of every message it took completely, and misbehaves as it is told to. RFC 5321, with PIPELINING.
import { once } from 'node:events';
import { createServer } from 'node:net';

/** What a fault does at its point of the dialogue: another reply, one that comes late or in pieces, the end of the line. */
export const FAULTS = {
  'greeting 421': { at: 'greeting', reply: '421 4.3.2 Too many connections\r\n', closes: true },
  'greeting drop': { at: 'greeting', closes: true },
  'rcpt 421': { at: 'rcpt', reply: '421 4.7.0 Come back later\r\n', closes: true },
  'rcpt 450': { at: 'rcpt', reply: '450 4.2.1 Mailbox busy\r\n' },
  'rcpt 451': { at: 'rcpt', reply: '451 4.7.1 Greylisted, try again\r\n' },
  'rcpt 550': { at: 'rcpt', reply: '550 5.1.1 No such user\r\n' },
  'data drop': { at: 'data', closes: true },
  'dot 451': { at: 'dot', reply: '451 4.7.1 Try again\r\n' },
  'dot 552': { at: 'dot', reply: '552 5.3.4 Message too big for this server\r\n' },
  // The server has it, and nobody is told.
  'dot drop': { at: 'dot', closes: true, holds: true },
  'rcpt slow': { at: 'rcpt', waits: [50, 1_500] },
  'dot slow': { at: 'dot', waits: [50, 1_500], holds: true },
  'dot hang': { at: 'dot', waits: [2_000, 5_000], holds: true },
  'dot bytewise': { at: 'dot', reply: '250-2.0.0 Taken\r\n250-2.0.0 and kept\r\n250 2.0.0 as long as it takes\r\n', bytewise: true, holds: true },
};

export class ChaosSmtp {
  /**
   * `mailFault(address, offering)` gives the fault of the 1st, 2nd, … offering of a mail as { name, ms }, `connectionFault(n)`
   * that of the n-th connection. `onDot` is called when a message has come in completely, before anything is said about it.
   */
  constructor({ mailFault = () => undefined, connectionFault = () => undefined, onDot = () => undefined }) {
    Object.assign(this, { mailFault, connectionFault, onDot });
    /** Address to one entry per message the server holds: { messageId, isForeign, replied }. */
    this.held = new Map();
    this.offerings = new Map();
    /** Name of a fault to how often it was done. */
    this.done = new Map();
    this.connections = 0;
    this.underWay = 0;
    this.ended = 0;
    this.sockets = new Set();
    this.cutOff = 0;
    this.port = 0;
  }

  /** Listens (again), on the same port. */
  async start() {
    this.server = createServer({ noDelay: true }, (socket) => new Session(this, socket)).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = this.server.address().port;
    return this;
  }

  /** Drops all lines, whatever is on them, and refuses connections. */
  goAway() {
    this.cutOff += this.sockets.size;
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  /** The most messages that it may have got, or nearly got, without saying so. */
  get dropped() { return (this.done.get('dot drop') ?? 0) + this.cutOff; }

  count(fault) { this.done.set(fault, (this.done.get(fault) ?? 0) + 1); }
}

const HELLO = '250-chaos.invalid\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE 52428800\r\n';

class Session {
  constructor(book, socket) {
    Object.assign(this, { book, socket, input: '', isBusy: false, isContent: false });
    this.forget();
    book.sockets.add(socket);
    // latin1 keeps every byte as one character.
    socket.setEncoding('latin1');
    socket.on('data', (text) => { this.input += text; this.work(); });
    socket.on('error', () => undefined);
    socket.on('close', () => { this.forget(); book.sockets.delete(socket); });
    book.connections += 1;
    if (!this.strike(book.connectionFault(book.connections), 'greeting')) this.say('220 chaos.invalid ESMTP\r\n');
  }

  /** Ends the transaction, if there is one. */
  forget() {
    if (this.address !== undefined) { this.book.underWay -= 1; this.book.ended += 1; }
    this.hasSender = false;
    this.address = undefined;
    this.fault = undefined;
  }

  say(reply) { if (!this.socket.destroyed) this.socket.write(reply, 'latin1'); }

  /** Works off what has come in; stands still while a reply is being held back. */
  work() {
    while (!this.isBusy && !this.socket.destroyed && (this.isContent ? this.content() : this.command()));
  }

  /** Goes on with `next` after a pause; commands that were pipelined wait for it. */
  later(ms, next) {
    this.isBusy = true;
    setTimeout(() => { this.isBusy = false; next(); this.work(); }, ms);
  }

  /** Does a fault if it belongs to this point. True when it has dealt with the reply. */
  strike(chosen, at, normal = undefined) {
    const fault = FAULTS[chosen?.name];
    if (fault?.at !== at) return false;
    this.book.count(chosen.name);
    if (fault.waits) this.later(chosen.ms, normal);
    else if (fault.bytewise) this.spell(fault.reply, normal);
    else if (!fault.closes) this.say(fault.reply);
    else if (fault.reply) this.socket.end(fault.reply, 'latin1');
    else this.socket.destroy();
    return true;
  }

  /** A reply, byte by byte. */
  spell(reply, done) {
    this.isBusy = true;
    let at = 0;
    const next = () => {
      if (this.socket.destroyed) return;
      this.say(reply[at]);
      at += 1;
      if (at < reply.length) setImmediate(next);
      else { this.isBusy = false; done(); this.work(); }
    };
    next();
  }

  command() {
    const end = this.input.indexOf('\r\n');
    if (end < 0) return false;
    const line = this.input.slice(0, end);
    this.input = this.input.slice(end + 2);
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'EHLO') { this.forget(); this.say(HELLO); }
    else if (verb === 'HELO') { this.forget(); this.say('250 chaos.invalid\r\n'); }
    else if (verb === 'MAIL') { this.forget(); this.hasSender = true; this.say('250 2.1.0 Ok\r\n'); }
    else if (verb === 'RCPT') this.recipient(line);
    else if (verb === 'DATA') this.data();
    else if (verb === 'RSET') { this.forget(); this.say('250 2.0.0 Ok\r\n'); }
    else if (verb === 'NOOP') this.say('250 2.0.0 Ok\r\n');
    else if (verb === 'QUIT') { this.say('221 2.0.0 Bye\r\n'); this.socket.end(); }
    else this.say('500 5.5.2 What?\r\n');
    return true;
  }

  recipient(line) {
    if (!this.hasSender || this.address !== undefined) { this.say('503 5.5.1 One recipient after MAIL, please\r\n'); return; }
    const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
    const offering = (this.book.offerings.get(address) ?? 0) + 1;
    this.book.offerings.set(address, offering);
    this.address = address;
    this.book.underWay += 1;
    this.fault = this.book.mailFault(address, offering);
    const accept = () => this.say('250 2.1.5 Ok\r\n');
    if (!this.strike(this.fault, 'rcpt', accept)) { accept(); return; }
    // Refused: the DATA that was pipelined behind it finds no recipient.
    if (FAULTS[this.fault.name].reply) this.forget();
  }

  data() {
    if (this.address === undefined) { this.say('554 5.5.1 No valid recipients\r\n'); return; }
    if (this.strike(this.fault, 'data')) return;
    this.isContent = true;
    this.scanned = 0;
    // The line end of DATA itself counts: the content may be nothing but its final dot.
    this.input = `\r\n${this.input}`;
    this.say('354 Go ahead\r\n');
  }

  content() {
    const end = this.input.indexOf('\r\n.\r\n', this.scanned);
    if (end < 0) {
      this.scanned = Math.max(0, this.input.length - 4);
      return false;
    }
    const message = this.input.slice(2, end + 2).replaceAll('\r\n..', '\r\n.').replace(/^\.\./, '.');
    this.input = this.input.slice(end + 5);
    this.isContent = false;
    this.take(message);
    return true;
  }

  /** A message has come in completely. From here on the server may hold it, whatever it says. */
  take(message) {
    const { address, fault, book } = this;
    const head = message.slice(0, message.indexOf('\r\n\r\n'));
    const mail = {
      messageId: /^message-id:\s*(\S+)/im.exec(head)?.[1] ?? '',
      // Somebody else's mail under this envelope.
      isForeign: !head.includes(address),
      replied: false,
    };
    const odd = FAULTS[fault?.name];
    const isHeld = odd?.at !== 'dot' || odd.holds === true;
    if (isHeld) book.held.set(address, [...book.held.get(address) ?? [], mail]);
    book.onDot();
    const confirmed = () => {
      mail.replied = !this.socket.destroyed;
      this.forget();
    };
    const accept = () => { this.say('250 2.0.0 Taken\r\n'); confirmed(); };
    if (!this.strike(fault, 'dot', odd?.bytewise ? confirmed : accept)) accept();
    else if (!isHeld) this.forget();
  }
}
