import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { CLOSE_CODES, type ErrorCode, LIMITS, RollcallError } from '@rollcall/protocol';
import {
  appRouter,
  bytesOfInput,
  type CallContext,
  callerKeyOf,
  decodeMessage,
  frameEncoder,
  keyOfAddress,
  kindOfCaller,
  kindOfProcedure,
} from '@rollcall/router';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import { type WebSocket, WebSocketServer } from 'ws';

import type { Host } from '../host.js';
import { clientAddress } from '../http/client-address.js';
import { asksForWebSocket, passingOver } from '../http/offered-protocol.js';
import { type CallLimit, callLimit, MAX_CALLS_PER_BATCH, NO_PROCEDURE } from '../http/rate-limits.js';
import { logFailure } from '../logger.js';
import { countElsewhere } from '../metrics/count-elsewhere.js';
import { admit, closeCodeOf } from './admission.js';
import { COUNTED, closeSocket, stopReading } from './close-socket.js';
import { boundFirstMessage } from './first-message.js';
import { Inbox } from './inbox.js';
import { MessageMeters } from './message-meter.js';
import type { OpenSocket } from './open-socket.js';
import { Reading } from './reading.js';
import { SigningIn } from './signing-in.js';
import { outletOf } from './socket-outlet.js';
import { refusalOfUpgrade, refuseUpgrade } from './upgrade.js';

/** A refused client sends its first calls anyway. It gets this long to read why they fail. */
const REFUSAL_GRACE_MS = 250;

/** A client that sends each message in one frame stays far below both. */
const MAX_FRAGMENTS = 256;
const MAX_BUFFERED_CHUNKS = 16_384;

/** RFC 6455: a message is too large. */
const MESSAGE_TOO_BIG = 1009;

/** The WebSockets of the server. */
export interface SocketHandler {
  /** Closes the sockets that have not signed in. `Connections` drains the others. */
  closeUnadmitted(): void;
  /** Cuts off all sockets that are still open. */
  terminate(): void;
}

/**
 * Serves the router over WebSocket on the port of an HTTP server. Beyond what tRPC does, it refuses pages of foreign
 * origins before the upgrade, closes sockets that do not sign in in time or may not sign in, and bounds how much memory a
 * client can make the server use.
 */
export function attachSocketHandler(server: Server, host: Host): SocketHandler {
  const { config } = host;
  const openSockets = new Map<IncomingMessage, OpenSocket>();
  const signingIn = new SigningIn(config.maxSocketsSigningIn);
  const meters = new MessageMeters(config.socketMessagesPerMinute);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: config.maxBodyBytes,
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: MAX_BUFFERED_CHUNKS,
    perMessageDeflate: false,
    // By itself, ws cuts off without a word who sends more pings than it can answer at once.
    autoPong: false,
  });

  const passOver = passingOver(server);
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    if (!asksForWebSocket(request)) return passOver({ request, stream, head });
    // Without a listener, a reset during the handshake would be thrown.
    stream.on('error', ignore);
    const address = clientAddress(request, config.trustedProxies);
    const refusal = refusalOfUpgrade(request, host) ?? signingIn.refusalOf(address);
    if (refusal) return refuseUpgrade(stream, refusal);
    const { url = '', headers } = request;
    sockets.handleUpgrade(request, stream, head, socket => {
      // tRPC keeps the request for as long as the socket is open, and needs no more of it.
      const opening = { url, headers: { host: headers.host } } as IncomingMessage;
      const openSocket = open(socket, { opening, address });
      sockets.emit('connection', socket, opening);
      openSocket.firstArrived = boundFirstMessage(stream, () =>
        stopReading(openSocket, MESSAGE_TOO_BIG, 'PAYLOAD_TOO_LARGE'),
      );
    });
  });

  /** Whose message is handed on: its listeners hear of it at once and in order, and the first one notes it. */
  let sender: OpenSocket | undefined;

  /** Begins to listen to a socket, before tRPC does. */
  function open(
    socket: WebSocket,
    { opening, address }: { opening: IncomingMessage; address: string },
  ): OpenSocket {
    const reading = new Reading(socket);
    const inbox = new Inbox({
      reading,
      line: () => openSocket.caller.key,
      arrived: () => {
        openSocket.firstArrived();
        openSocket.firstArrived = ignore;
      },
    });
    const outlet = outletOf(socket, { host, reading });
    const openSocket: OpenSocket = {
      id: newId(),
      socket,
      reading,
      outlet,
      deadline: undefined,
      firstArrived: ignore,
      exempt: false,
      caller: { key: keyOfAddress(address), address },
      limit: undefined,
      sentBefore: 0,
      meter: undefined,
      endSigningIn: signingIn.begin(address),
      end: undefined,
    };
    openSocket.deadline = setTimeout(() => {
      closeSocket(socket, CLOSE_CODES.authTimeout, 'no token arrived in time');
    }, config.authTimeoutMs);
    openSockets.set(opening, openSocket);
    const isOneTooMany = () => {
      if (openSocket.meter) return openSocket.meter.isOneTooMany();
      openSocket.sentBefore += 1;
      return openSocket.sentBefore > config.socketMessagesPerMinute;
    };
    const count = () => {
      if (!openSocket.exempt && isOneTooMany()) stopReading(openSocket);
    };
    socket.on('message', () => {
      sender = openSocket;
    });
    for (const kind of COUNTED) socket.on(kind, count);
    inbox.attach(socket);
    socket.on('ping', data => {
      if (socket.readyState !== socket.OPEN) return;
      socket.pong(data);
      outlet.sent();
    });
    socket.once('close', () => {
      inbox.empty();
      outlet.end();
      openSocket.meter?.giveBack();
      clearTimeout(openSocket.deadline);
      openSocket.endSigningIn();
      openSockets.delete(opening);
      openSocket.end?.();
    });
    return openSocket;
  }

  applyWSSHandler({
    wss: sockets,
    router: appRouter,
    keepAlive: { enabled: true, pingMs: 25_000, pongWaitMs: 10_000 },
    maxBatchSize: MAX_CALLS_PER_BATCH,
    experimental_encoder: {
      encode: frameEncoder.encode,
      decode: data => {
        try {
          return decodeMessage(data, sender?.exempt ? {} : { maxValues: LIMITS.requestValues });
        } catch (error) {
          const tooLarge = error instanceof RollcallError && error.code === 'PAYLOAD_TOO_LARGE';
          if (tooLarge && sender) stopReading(sender, MESSAGE_TOO_BIG, error.code);
          throw error;
        }
      },
    },
    createContext: async ({ req, res: socket, info }): Promise<CallContext> => {
      const openSocket = openSockets.get(req);
      if (!openSocket) throw new RollcallError('UNAVAILABLE', 'the connection has ended');
      const { id: requestId, outlet, reading } = openSocket;
      // The token has arrived: the time that the server takes to check it does not count against the client.
      clearTimeout(openSocket.deadline);
      // Until the socket is admitted, the messages after the token wait in the network and not in memory.
      reading.hold('signing in');
      const authentication = await host.authenticate(info.connectionParams?.token);
      const { address } = openSocket.caller;
      const limit = callLimit(host.rateLimits, { authentication, address });
      const handle = {
        outlet,
        close: (code: number, reason: string) => closeSocket(socket, code, reason),
      };
      const admission = await admit(host, { authentication, address }, { handle, requestId });
      const { connection } = admission;
      const caller = connection?.caller ?? callerKeyOf({ authentication, address });
      reading.letGo('signing in');
      markSignedIn(openSocket);
      openSocket.exempt = kindOfCaller(caller) === 'server';
      openSocket.caller = { key: caller, address };
      openSocket.limit = limit;
      if (authentication.principal && !openSocket.exempt) {
        openSocket.meter = meters.take(caller, openSocket.sentBefore);
        if (openSocket.meter.isOver()) stopReading(openSocket);
        if (socket.readyState === socket.CLOSED) openSocket.meter.giveBack();
      }
      const budget = host.budgets.of(caller);
      const call = {
        directory: host.directory,
        signGuestToken: host.signGuestToken,
        budgets: host.budgets,
        overview: host.overview,
        instruments: host.instruments,
        address,
        requestId,
        authentication: admission.authentication,
        holdInput: (input: unknown) => budget.takeRequest(bytesOfInput(input)),
        ...(limit && { limit: callsOnly(limit) }),
      };
      if (!connection) {
        refuse(socket, admission.authentication.error?.code ?? 'INTERNAL');
        return call;
      }
      if (socket.readyState === socket.CLOSED) host.connections.end(connection);
      else openSocket.end = () => host.connections.end(connection);
      openSocket.endSigningIn();
      return { ...call, connection };
    },
    onError: ({ error, path, req }) => {
      const openSocket = openSockets.get(req);
      if (openSocket) {
        logFailure(host, { error, requestId: openSocket.id, procedure: path, caller: openSocket.caller });
        countElsewhere(host, error, path);
        // What never reaches a procedure is counted by none against its caller's limit.
        const uncounted =
          path === undefined || !kindOfProcedure(path) || error.code === 'METHOD_NOT_SUPPORTED';
        if (uncounted) openSocket.limit?.({ procedure: NO_PROCEDURE }).catch(() => stopReading(openSocket));
      }
      // The first message was no connection parameter. After tRPC's answer, the close code tells the client to stay away.
      if (openSocket?.deadline && path === undefined) {
        queueMicrotask(() =>
          closeSocket(openSocket.socket, CLOSE_CODES.tokenInvalid, 'the first message is not understood'),
        );
      }
    },
  });

  return {
    closeUnadmitted: () => {
      for (const { socket, deadline } of openSockets.values()) {
        if (deadline) closeSocket(socket, CLOSE_CODES.serviceRestart, 'restarting');
      }
    },
    terminate: () => {
      for (const { socket } of openSockets.values()) socket.terminate();
    },
  };
}

/** A subscription begins with a message, and messages are counted already. */
function callsOnly(limit: CallLimit): NonNullable<CallContext['limit']> {
  return async call => {
    if (call.type !== 'subscription') await limit(call);
  };
}

/** Stops the timer within which a socket must sign in. */
function markSignedIn(openSocket: OpenSocket): void {
  clearTimeout(openSocket.deadline);
  openSocket.deadline = undefined;
}

function ignore(): void {}

/** A UUID as one string: Node puts it together out of thirty, which stay in memory for as long as it does. */
function newId(): string {
  return Buffer.from(randomUUID(), 'latin1').toString('latin1');
}

function refuse(socket: WebSocket, code: ErrorCode): void {
  setTimeout(() => closeSocket(socket, closeCodeOf(code), code), REFUSAL_GRACE_MS).unref();
}
