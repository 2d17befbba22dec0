import sql, { raw } from 'sql-template-tag';
import type { Queryable } from '../database/unit-of-work.js';
import { type EndpointRow, endpointTable } from '../webhooks/endpoint-table.js';
import { LASTING_FAILURE_MS } from '../webhooks/retry-schedule.js';
import { type Finding, risk, saidSpan, wrong } from './finding.js';

/** A receiver that is restarted is back by then. */
const FAILING_MS = 60 * 60_000;

/** A webhook that keeps up is a second behind. */
const BEHIND_MS = 30 * 60_000;

/** A secret of ours: 32 bytes as base64. */
const SECRET = /^whsec_[A-Za-z0-9+/]{43}=$/;

/** The log, as far as webhooks are concerned. */
interface Log {
  min: number;
  last: number;
  now: number;
}

/** What can be said about the webhooks: those that receive nothing, are far behind, or have missed something. */
export async function examineWebhooks(connection: Queryable): Promise<Finding[]> {
  const { dialect } = connection;
  const [log] = await connection.query(
    sql`SELECT min_seq, last_seq, (SELECT ${dialect.now}) AS now FROM event_stream WHERE id = 1`,
  );
  const bounds: Log = { min: Number(log?.min_seq), last: Number(log?.last_seq), now: Number(log?.now) };
  const cells = await connection.query(
    sql`SELECT ${raw(endpointTable.columnList)}, (
        SELECT at FROM events WHERE events.seq > webhook_endpoints.seq ORDER BY events.seq LIMIT 1
      ) AS unread_at FROM webhook_endpoints ORDER BY created_at, id`,
  );
  return cells.flatMap(cell => {
    const endpoint = endpointTable.decode(cell, dialect);
    const unreadAt = cell.unread_at === null ? undefined : Number(cell.unread_at);
    return [...examineSending(endpoint, bounds, unreadAt), ...examineEndpoint(endpoint)];
  });
}

/** Only the worst is said of each: the rest follows from it. */
function examineSending(endpoint: EndpointRow, log: Log, unreadAt: number | undefined): Finding[] {
  const { id, disabled_reason, failing_since, seq } = endpoint;
  const name = said(endpoint);
  if (disabled_reason === 'requested') return [];
  const missed = log.min - 1 - seq;
  const lost =
    missed > 0
      ? ` ${missed.toLocaleString('en-US')} events that it has not read are no longer in the log: its receiver has to read afresh.`
      : '';
  if (disabled_reason !== undefined) {
    const why =
      disabled_reason === 'gone'
        ? 'its receiver answered 410, which asks for that'
        : `nothing had reached it for ${saidSpan(LASTING_FAILURE_MS)}`;
    return [
      wrong(
        'webhooks',
        `${name} is disabled, since ${why}: it receives nothing. Mend its receiver and run \`rollcall webhooks enable ${id}\`, which goes on where it stopped, or delete it.${lost}`,
      ),
    ];
  }
  const failingMs = failing_since === undefined ? 0 : log.now - failing_since;
  if (failingMs > FAILING_MS) {
    return [
      risk(
        'webhooks',
        `nothing has reached ${name} for ${saidSpan(failingMs)}; after ${saidSpan(LASTING_FAILURE_MS)} it is disabled. \`rollcall webhooks deliveries ${id}\` shows what its receiver answers.${lost}`,
      ),
    ];
  }
  const behindMs = unreadAt === undefined ? 0 : log.now - unreadAt;
  if (lost === '' && behindMs <= BEHIND_MS) return [];
  const waiting = (log.last - seq).toLocaleString('en-US');
  const why =
    endpoint.lease_until > log.now
      ? 'its receiver is slower than the events come. Look at its rate_limit, and at how long the receiver takes'
      : 'no server sends to it. Start one, or look at its log';
  return [
    risk(
      'webhooks',
      `${name} is ${waiting} events behind, the oldest of ${saidSpan(behindMs)} ago: ${why}.${lost}`,
    ),
  ];
}

function examineEndpoint(endpoint: EndpointRow): Finding[] {
  const { id, secret, url, disabled_reason } = endpoint;
  if (disabled_reason !== undefined) return [];
  const findings: Finding[] = [];
  if (!SECRET.test(secret)) {
    findings.push(
      wrong(
        'webhooks',
        `${said(endpoint)} has a secret that Rollcall did not make: receivers may refuse its signatures, or somebody may guess them. Run \`rollcall webhooks rotate-secret ${id}\`.`,
      ),
    );
  }
  if (url.startsWith('http:')) {
    findings.push(
      risk(
        'webhooks',
        `${said(endpoint)} is not encrypted: who is on the way reads the users in its events. Give it an https address with \`rollcall webhooks update ${id} --url https://…\`.`,
      ),
    );
  }
  return findings;
}

/** A webhook as an operator knows it. The rest of its address may hold a key. */
function said({ id, url }: EndpointRow): string {
  const { origin } = URL.canParse(url) ? new URL(url) : { origin: 'no address' };
  return `the webhook ${id} (${origin})`;
}
