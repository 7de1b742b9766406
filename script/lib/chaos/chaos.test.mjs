// Whoever audits must be beyond doubt: the mail server's book, the plan and the audit themselves. Run by script/test chaos.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { audit } from './audit.mjs';
import { makePlan } from './plan.mjs';
import { ChaosSmtp } from './smtp.mjs';

const servers = [];
after(() => { for (const server of servers) server.goAway(); });

async function server(fault) {
  const smtp = await new ChaosSmtp({ mailFault: () => (fault ? { name: fault, ms: 5 } : undefined) }).start();
  servers.push(smtp);
  return smtp;
}

/** Writes these chunks, then reads until the server hangs up or has said 221. */
async function talk(smtp, ...chunks) {
  const socket = connect(smtp.port, '127.0.0.1').setEncoding('latin1').setNoDelay();
  let said = '';
  socket.on('data', (text) => { said += text; if (said.includes('\r\n221 ')) socket.end(); });
  socket.on('error', () => undefined);
  for (const chunk of chunks) {
    socket.write(chunk);
    await new Promise(setImmediate);
  }
  await once(socket, 'close');
  return said.split('\r\n').filter((line) => line !== '').map((line) => line.slice(0, 4).trim());
}

const ENVELOPE = 'MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n';
const MESSAGE = 'Message-ID: <7.x@example.com>\r\nTo: b@example.com\r\n\r\nHello\r\n';

test('pipelined commands are answered in their order, whatever pieces they come in', async () => {
  const dialogue = `EHLO me\r\n${ENVELOPE}${MESSAGE}.\r\n${ENVELOPE}${MESSAGE}.\r\nQUIT\r\n`;
  const whole = await talk(await server(), dialogue);
  assert.deepEqual(whole.slice(7), ['250', '250', '354', '250', '250', '250', '354', '250', '221']);
  const smtp = await server();
  assert.deepEqual(await talk(smtp, ...dialogue.match(/[^]{1,3}/g)), whole);
  assert.deepEqual(smtp.held.get('b@example.com').map(({ messageId, isForeign, replied }) => [messageId, isForeign, replied]), [
    ['<7.x@example.com>', false, true], ['<7.x@example.com>', false, true],
  ]);
});

test('only a line with a single dot ends a message', async () => {
  for (const content of ['.\r\n', '..\r\n.\r\n', `${MESSAGE}..\r\n..a\r\n.\r\n`, 'a\n.\nb\r\n.\r\n']) {
    const smtp = await server();
    assert.deepEqual(await talk(smtp, `EHLO me\r\n${ENVELOPE}${content}QUIT\r\n`).then((codes) => codes.slice(7)), ['250', '250', '354', '250', '221'], content);
  }
});

test('what is refused is not held, what is dropped after its dot is', async () => {
  const cases = [
    ['rcpt 450', ['250', '450', '554', '221'], 0], ['rcpt 421', ['250', '421'], 0], ['data drop', ['250', '250'], 0],
    ['dot 552', ['250', '250', '354', '552', '221'], 0], ['dot drop', ['250', '250', '354'], 1], ['dot slow', ['250', '250', '354', '250', '221'], 1],
    ['rcpt slow', ['250', '250', '354', '250', '221'], 1], ['dot bytewise', ['250', '250', '354', '250-', '250-', '250', '221'], 1],
  ];
  for (const [fault, codes, held] of cases) {
    const smtp = await server(fault);
    const message = fault.startsWith('rcpt 4') ? '' : `${MESSAGE}.\r\n`;
    assert.deepEqual((await talk(smtp, `EHLO me\r\n${ENVELOPE}`, `${message}QUIT\r\n`)).slice(7), codes, fault);
    const mails = smtp.held.get('b@example.com') ?? [];
    assert.equal(mails.length, held, fault);
    for (const { replied } of mails) assert.equal(replied, fault !== 'dot drop', fault);
    assert.equal(smtp.underWay, 0, fault);
  }
});

test('the same seed makes the same plan, another one another', () => {
  const plan = (seed) => {
    const made = makePlan({ seed, run: 3, instances: undefined, signals: ['kill', 'term', 'stop'], isRemote: true, isFaulty: true, leaseMs: 5_000 });
    const faults = Array.from({ length: 500 }, (_, i) => [made.mailFault(`p${i}@example.com`, 1), made.connectionFault(i)]);
    return JSON.stringify([made, faults]);
  };
  assert.equal(plan(1), plan(1));
  assert.notEqual(plan(1), plan(2));
});

test('the audit finds what is lost, doubled and misstated', () => {
  const row = (n, state) => ({ address: `${n}@example.com`, state, message: String(n), due_at: '', reply: '' });
  const mail = (n) => ({ messageId: `<${n}.x@example.com>`, isForeign: false, replied: true });
  const check = (log, held, counts = {}) => {
    const of = (state) => log.filter((one) => one.state === state).length;
    const { found } = audit({
      addresses: ['1@example.com'], log, held: new Map(held),
      counts: { total: 1, sent: of('sent'), failed: of('failed'), unconfirmed: of('unconfirmed'), ...counts },
    });
    return [found.lost.length, found.twice.length, found.misstated.length];
  };
  const at = (...mails) => [['1@example.com', mails]];
  assert.deepEqual(check([row(1, 'sent')], at(mail(1))), [0, 0, 0]);
  assert.deepEqual(check([row(1, 'unconfirmed')], at(mail(1))), [0, 0, 0]);
  assert.deepEqual(check([row(1, 'unconfirmed')], []), [0, 0, 0]);
  assert.deepEqual(check([row(1, 'failed')], []), [0, 0, 0]);
  assert.deepEqual(check([], []), [1, 0, 0]);
  assert.deepEqual(check([row(1, 'sent')], []), [1, 0, 0]);
  assert.deepEqual(check([row(1, 'waiting')], []), [1, 0, 0]);
  assert.deepEqual(check([row(1, 'unconfirmed')], at(mail(1), mail(1))), [0, 1, 0]);
  assert.deepEqual(check([row(1, 'failed')], at(mail(1))), [0, 0, 1]);
  assert.deepEqual(check([row(1, 'sent')], at(mail(2))), [0, 0, 1]);
  assert.deepEqual(check([row(1, 'sent')], at(mail(1)), { sent: 2 }), [0, 0, 1]);
  assert.deepEqual(check([row(1, 'sent'), row(2, 'sent')], at(mail(1))), [0, 0, 1]);
});
