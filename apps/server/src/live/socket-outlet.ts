import type { Outlet } from '@rollcall/router';
import type { WebSocket } from 'ws';
import type { Host } from '../host.js';
import { closeSocket, stopListening } from './close-socket.js';
import type { Reading } from './reading.js';

/** The outlet of a socket, which hears of everything that the socket sends. */
export function outletOf(socket: WebSocket, { host, reading }: { host: Host; reading: Reading }): Outlet {
  const { outlets } = host;
  const outlet = outlets.open({
    unreadBytes: () => socket.bufferedAmount,
    send: message => {
      if (socket.readyState === socket.OPEN) socket.send(message);
    },
    close: (code, reason) => {
      // A peer that comes to read after all can end it properly. Nothing else that it sends is listened to.
      stopListening(socket);
      reading.letGoOfAll();
      closeSocket(socket, code, reason);
    },
    pause: () => reading.hold('unread'),
    resume: () => reading.letGo('unread'),
  });
  const send = socket.send.bind(socket);
  socket.send = (data: Parameters<typeof send>[0]) => {
    // A long page comes as the bytes of its text.
    send(data, { binary: false });
    outlet.sent();
  };
  return outlet;
}
