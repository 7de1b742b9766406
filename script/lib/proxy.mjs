// A TCP proxy that makes a server look far away: what it answers arrives this much later, so that each round trip takes that longer.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class FarAway {
  static async start(port, delayMs) {
    const sockets = new Set();
    // Both ends without Nagle's algorithm: it would add delays of its own.
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
      const far = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true });
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on('error', () => { near.destroy(); far.destroy(); });
        socket.on('close', () => { sockets.delete(socket); near.destroy(); far.destroy(); });
      }
      near.on('data', (chunk) => far.write(chunk));
      near.on('end', () => far.end());
      // Timers of the same length fire in the order they were set.
      far.on('data', (chunk) => setTimeout(() => near.writable && near.write(chunk), delayMs));
      far.on('end', () => setTimeout(() => near.end(), delayMs));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port: own } = server.address();
    return Object.assign(new FarAway(), { server, sockets, port: own, url: `http://127.0.0.1:${own}` });
  }

  async stop() {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}
