import { promises as dns, type LookupAddress } from 'node:dns';
import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { type BlockList, isIP, type LookupFunction } from 'node:net';
import type { WebhookAnswer, WebhookRequest, WebhookSender } from '@rollcall/core';
import { LIMITS } from '@rollcall/protocol';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';
import { NameLookups } from './name-lookups.js';
import { networksOf } from './webhook-addresses.js';

/** How long the body of an answer may take after its head. Its status says all that decides. */
const BODY_MS = 2000;

/** The address under which Azure serves its machines. The filter takes it for one of the internet. */
const AZURE = networksOf(['168.63.129.16']);

/**
 * All that has been given to the internet of IPv6. The filter refuses what it knows to be something else. Networks that nobody
 * knows of help themselves to the rest, such as the overlays below `200::/7`.
 */
const INTERNET_IPV6 = networksOf(['2000::/3']);

/** Half of the threads that the system's lookups share with everything else. */
const LOOKUPS_AT_ONCE = 2;

/** More interim answers (1xx) than that come from nobody who means to answer. */
const MAX_INTERIM = 16;

/** Connections stay open for a moment, as many as one webhook has requests at a time. */
const AGENT_OPTIONS = { keepAlive: true, maxFreeSockets: 8, timeout: 5000 };

/** How often a request is sent afresh whose connection had ended while nobody used it. */
const MAX_STALE = 8;

/** What a sender is made of. */
export interface HttpWebhookSenderOptions {
  /** Addresses and networks that are not on the internet and may be connected to all the same. */
  allowedAddresses: readonly string[];
  /** Finds the addresses of a name; default: as the system does. */
  resolve?: (name: string) => Promise<LookupAddress[]>;
}

/**
 * Sends requests to webhooks over HTTP. It connects to no address that is not on the internet (private, of this machine, of the
 * link, of a cloud's metadata): each try resolves the name, judges all its addresses, and connects to what was judged. It
 * follows no redirect, uses no proxy of the environment, and reads no more of an answer than is kept.
 */
export class HttpWebhookSender implements WebhookSender {
  readonly #allowed: BlockList;
  readonly #lookups: NameLookups;
  readonly #anywhere = {
    http: byAddresses(new HttpAgent(AGENT_OPTIONS)),
    https: byAddresses(new HttpsAgent(AGENT_OPTIONS)),
  };
  readonly #onTheInternet = {
    http: byAddresses(new RequestFilteringHttpAgent(AGENT_OPTIONS)),
    https: byAddresses(new RequestFilteringHttpsAgent(AGENT_OPTIONS)),
  };

  constructor({ allowedAddresses, resolve }: HttpWebhookSenderOptions) {
    this.#allowed = networksOf(allowedAddresses);
    this.#lookups = new NameLookups(resolve ?? (name => dns.lookup(name, { all: true })), LOOKUPS_AT_ONCE);
  }

  async send(request: WebhookRequest): Promise<WebhookAnswer> {
    const url = new URL(request.url);
    try {
      const addresses = await this.#addressesOf(url, request.signal);
      for (let stale = 0; ; stale++) {
        try {
          return await this.#post(url, addresses, request);
        } catch (error) {
          if (!(error instanceof StaleConnection) || stale === MAX_STALE) throw error;
        }
      }
    } catch (error) {
      throw new Error(request.signal.aborted ? NO_ANSWER : wordsOf(error as NodeJS.ErrnoException, url), {
        cause: error,
      });
    }
  }

  async #addressesOf({ hostname }: URL, signal: AbortSignal): Promise<LookupAddress[]> {
    const literal = hostname.replace(/^\[|\]$/g, '');
    const family = isIP(literal);
    return family > 0 ? [{ address: literal, family }] : this.#lookups.of(hostname, signal);
  }

  async #post(
    url: URL,
    addresses: LookupAddress[],
    { headers, body, signal }: WebhookRequest,
  ): Promise<WebhookAnswer> {
    const isListed = addresses.length > 0 && addresses.every(one => isIn(this.#allowed, one));
    const more = isListed ? undefined : addresses.find(isElsewhere);
    if (more) throw new Error(refusalOf(more.address, url));
    const isEncrypted = url.protocol === 'https:';
    const agent = (isListed ? this.#anywhere : this.#onTheInternet)[isEncrypted ? 'https' : 'http'];
    const lookup: LookupFunction = (_name, options, callback) => {
      const [first] = addresses;
      if (options.all) callback(null, addresses);
      else callback(null, first?.address ?? '', first?.family);
    };
    const options: RequestOptions & Record<typeof ADDRESSES, string> = {
      method: 'POST',
      agent,
      lookup,
      signal,
      headers: {
        ...headers,
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Rollcall-Webhooks',
      },
      [ADDRESSES]: addresses
        .map(({ address }) => address)
        .sort()
        .join(','),
    };
    return new Promise((resolve, reject) => {
      let isAnswered = false;
      const sent = (isEncrypted ? httpsRequest : httpRequest)(url, options, answer => {
        isAnswered = true;
        readStart(answer).then(text => {
          resolve({
            status: answer.statusCode ?? 0,
            retryAfter: answer.headers['retry-after'],
            answer: text,
          });
          if (!answer.complete) sent.destroy();
        }, reject);
      });
      let interim = 0;
      sent.on('information', () => {
        interim += 1;
        if (interim > MAX_INTERIM) sent.destroy(Object.assign(new Error('flooded'), { code: FLOODED }));
      });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        const isStale = sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        if (!isAnswered) reject(isStale ? new StaleConnection() : error);
      });
      // Some ends, such as an answer that changes the protocol, are no error.
      sent.on('close', () => {
        if (!isAnswered) reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
      });
      sent.end(body);
    });
  }
}

/** The other end had closed a connection that was kept open. */
class StaleConnection extends Error {
  readonly code = 'ECONNRESET';
}

/** The addresses of a name, among the options of a request. */
const ADDRESSES = 'judgedAddresses';

/** A connection is used again only while the name leads to the same addresses, which were judged when it was made. */
function byAddresses<Agent extends HttpAgent>(agent: Agent): Agent {
  const nameOf = agent.getName.bind(agent);
  agent.getName = options => `${nameOf(options)}:${(options as Record<string, unknown>)[ADDRESSES]}`;
  return agent;
}

/** The beginning of an answer, as much as is kept. One that does not end, or breaks off, is what came of it. */
function readStart(answer: IncomingMessage): Promise<string> {
  return new Promise(resolve => {
    const parts: Buffer[] = [];
    let bytes = 0;
    const finish = () => {
      clearTimeout(timer);
      resolve(Buffer.concat(parts).subarray(0, LIMITS.webhookAnswerBytes).toString());
    };
    const timer = setTimeout(finish, BODY_MS);
    answer.on('data', (part: Buffer) => {
      parts.push(part.subarray(0, LIMITS.webhookAnswerBytes));
      bytes += part.length;
      if (bytes >= LIMITS.webhookAnswerBytes) finish();
    });
    answer.on('end', finish);
    answer.on('error', finish);
    answer.on('close', finish);
  });
}

const NO_ANSWER = `no answer within ${LIMITS.webhookMs / 1000} s`;

const FLOODED = 'FLOODED';

const WORDS: Readonly<Record<string, string>> = {
  [FLOODED]: 'the endpoint sends interim answers and no end of them',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection broke off before an answer',
  EPIPE: 'the connection broke off before an answer',
  ETIMEDOUT: 'the connection was not answered',
  EHOSTUNREACH: 'the network does not lead to the address',
  ENETUNREACH: 'the network does not lead to the address',
  ENOTFOUND: 'the name has no address',
  EAI_AGAIN: 'the name could not be resolved',
  EPROTO: 'the endpoint does not speak TLS',
};

/** How the filter says that it refuses an address. */
const REFUSED = /^DNS lookup ([0-9a-fA-F.:]+)\(.* is not allowed/;

function wordsOf({ code, message }: NodeJS.ErrnoException, url: URL): string {
  const refused = REFUSED.exec(message)?.[1];
  if (refused !== undefined) return refusalOf(refused, url);
  if (message.endsWith(NOT_ON_THE_INTERNET)) return message;
  if (code?.includes('CERT') || code?.startsWith('ERR_TLS') || code?.includes('SELF_SIGNED'))
    return `the certificate is not accepted (${code})`;
  if (code?.startsWith('HPE_')) return 'the endpoint does not answer with HTTP';
  return WORDS[code ?? ''] ?? `the request failed (${code ?? 'unknown'})`;
}

const NOT_ON_THE_INTERNET = 'is not on the internet; ROLLCALL_WEBHOOK_ALLOWED_ADDRESSES can allow it';

function refusalOf(address: string, { hostname }: URL): string {
  const isLiteral = hostname.replace(/^\[|\]$/g, '') === address;
  const what = isLiteral ? `the address ${address}` : `${hostname} leads to the address ${address}, which`;
  return `${what} ${NOT_ON_THE_INTERNET}`;
}

/** Whether an address that the filter lets through is not on the internet all the same. */
function isElsewhere(one: LookupAddress): boolean {
  return one.family === 6 ? !isIn(INTERNET_IPV6, one) : isIn(AZURE, one);
}

function isIn(list: BlockList, { address, family }: LookupAddress): boolean {
  return list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}
