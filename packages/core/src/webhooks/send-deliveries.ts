import { LIMITS, type WebhookAttempt } from '@rollcall/protocol';
import type { EventRow } from '../events/event-tables.js';
import { LoggedEvent } from '../events/logged-event.js';
import type { EndpointRow } from './endpoint-table.js';
import type { Job, Plan } from './plan-turn.js';
import { retryAfterMs } from './retry-schedule.js';
import { signedHeaders } from './sign-webhook.js';
import type { WebhookSender } from './webhook-sender.js';

/** Requests that run at once for one endpoint, each about another user. */
const REQUESTS_AT_ONCE = 8;

/** After this nothing more is begun in a turn, so that its last request ends well within the lease. */
const BEGIN_MS = 5000;

/** A turn in which so many requests failed and none succeeded begins no more. */
const MAX_FAILURES = 3;

/** What became of a delivery. */
export type Outcome =
  | {
      kind: 'sent';
      attempt: WebhookAttempt;
      isDelivered: boolean;
      /** It answered that it is gone. */
      isGone: boolean;
      /** How long it asks to be left alone. */
      retryAfterMs: number;
      /** The text of the event that was sent. */
      data: string;
    }
  /** The log no longer has the event. */
  | { kind: 'skipped' };

/** What deliveries are sent with. */
export interface SendTools {
  sender: WebhookSender;
  /** Reads an entry of the log as it is now; undefined when it is not kept any more. */
  readEntry(seq: number): Promise<EventRow | undefined>;
  /** Resolves when the rate of the endpoint allows another request. */
  pace(endpoint: EndpointRow, signal: AbortSignal): Promise<void>;
  clock: () => number;
  /** Begins nothing more. */
  stopping: AbortSignal;
  /** Ends requests that run: what becomes of them is not known, and they count as not begun. */
  cutting: AbortSignal;
}

/**
 * Sends the deliveries of a turn: those of a line one after the other, and of several lines at once. A failure holds its line.
 * An endpoint that may be down gets one request to find out.
 * @returns what became of those that were begun.
 * @throws what the storage throws, if nothing was sent.
 */
export async function sendDeliveries(plan: Plan, tools: SendTools): Promise<Map<Job, Outcome>> {
  const { endpoint } = plan;
  const { stopping } = tools;
  const outcomes = new Map<Job, Outcome>();
  const busy = new Set<string>();
  const running = new Set<Promise<void>>();
  const queue = leastTriedFirst(plan.jobs.filter(job => !job.held));
  const deadline = performance.now() + BEGIN_MS;
  const most = endpoint.setbacks > 0 ? 1 : Number.POSITIVE_INFINITY;
  let begun = 0;
  let failed = 0;
  let delivered = 0;
  let isLeftAlone = false;
  let failure: { error: unknown } | undefined;

  const mayBegin = () =>
    !stopping.aborted &&
    !failure &&
    !isLeftAlone &&
    begun < most &&
    (failed < MAX_FAILURES || delivered > 0) &&
    performance.now() < deadline;

  const begin = (job: Job) => {
    begun += 1;
    busy.add(job.line);
    const run = sendOne(job, plan, tools).then(settle, (error: unknown) => {
      failure ??= { error };
    });
    running.add(run);
    void run.then(() => running.delete(run));

    function settle(outcome: Outcome | undefined): void {
      // A line whose delivery failed, or may not have arrived, stays busy until the end of the turn.
      if (outcome) outcomes.set(job, outcome);
      if (outcome?.kind === 'skipped' || outcome?.isDelivered) busy.delete(job.line);
      if (outcome?.kind !== 'sent') return;
      if (outcome.isDelivered) delivered += 1;
      else failed += 1;
      if (outcome.isGone || outcome.retryAfterMs > 0) isLeftAlone = true;
    }
  };

  for (;;) {
    const place = queue.findIndex(job => !busy.has(job.line));
    if (place >= 0 && running.size < REQUESTS_AT_ONCE && mayBegin()) {
      await tools.pace(endpoint, stopping);
      const [job] = queue.splice(place, 1);
      if (job && mayBegin()) begin(job);
    } else if (running.size > 0) await Promise.race(running);
    else break;
  }
  // What was sent is stored, as far as that goes; the next turn meets the error again.
  if (failure && outcomes.size === 0) throw failure.error;
  return outcomes;
}

/**
 * The lines that were tried least, first; each in its order. A delivery that is refused again and again is the first to wait, so
 * that it holds up nobody but its own line.
 */
function leastTriedFirst(jobs: readonly Job[]): Job[] {
  const tries = new Map<string, number>();
  for (const { line, attempt } of jobs) if (!tries.has(line)) tries.set(line, attempt);
  const triesOf = ({ line }: Job) => tries.get(line) ?? 0;
  return jobs.toSorted((one, other) => triesOf(one) - triesOf(other));
}

/** @returns undefined when it was ended from here. */
async function sendOne(
  job: Job,
  { endpoint, selection, epoch }: Plan,
  tools: SendTools,
): Promise<Outcome | undefined> {
  // Whatever was erased up to now is not in it: the body is made of the log as it is, at every try.
  const row = await tools.readEntry(job.event_seq);
  if (!row) return { kind: 'skipped' };
  const entry = new LoggedEvent(epoch, row);
  const body = JSON.stringify({
    type: entry.type,
    timestamp: new Date(entry.at).toISOString(),
    sequence: job.sequence,
    data: selection.shown(entry),
  });
  const sent = await post({ endpoint, id: job.id, body }, tools);
  return sent && { kind: 'sent', ...sent, data: row.data };
}

/** What is sent to an endpoint. */
interface Posted {
  endpoint: EndpointRow;
  id: string;
  body: string;
}

/** Sends one signed request. @returns undefined when it was ended from here. */
export async function post(
  { endpoint, id, body }: Posted,
  { sender, clock, cutting }: Pick<SendTools, 'sender' | 'clock' | 'cutting'>,
): Promise<Omit<Extract<Outcome, { kind: 'sent' }>, 'kind' | 'data'> | undefined> {
  const at = clock();
  const { secret, previous_secret, previous_until = 0 } = endpoint;
  const secrets = previous_secret !== undefined && previous_until > at ? [secret, previous_secret] : [secret];
  const ending = new AbortController();
  const end = () => ending.abort();
  const timer = setTimeout(end, LIMITS.webhookMs);
  cutting.addEventListener('abort', end);
  if (cutting.aborted) end();
  const beganAt = performance.now();
  const took = () => Math.round(performance.now() - beganAt);
  try {
    const { status, retryAfter, answer } = await sender.send({
      url: endpoint.url,
      headers: signedHeaders(secrets, { id, at, body }),
      body,
      signal: ending.signal,
    });
    const isDelivered = status >= 200 && status < 300;
    const attempt = {
      at,
      status_code: status,
      duration_ms: took(),
      ...(answer !== '' && { answer: storable(answer) }),
    };
    const pause = isDelivered ? 0 : retryAfterMs(retryAfter, at);
    return { attempt, isDelivered, isGone: status === 410, retryAfterMs: pause };
  } catch (error) {
    if (cutting.aborted) return undefined;
    const attempt = { at, error: storable((error as Error).message).slice(0, 255), duration_ms: took() };
    return { attempt, isDelivered: false, isGone: false, retryAfterMs: 0 };
  } finally {
    clearTimeout(timer);
    cutting.removeEventListener('abort', end);
  }
}

/** PostgreSQL cannot store NUL, and UTF-8 no half of a surrogate pair. */
function storable(text: string): string {
  return text.replaceAll('\u0000', '\ufffd').toWellFormed();
}
