// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a mutation is text of a source.
import { type Mutation, switchedOff } from './mutation.js';

const CORE = 'packages/core/src/webhooks';
const DELIVERY = 'packages/core/test/contract/webhooks-delivery.test.ts';
const ERASURE = 'packages/core/test/contract/webhooks-erasure.test.ts';
const PROCESSES = 'packages/core/test/contract/webhooks-processes.test.ts';
const WEBHOOKS = 'packages/core/test/contract/webhooks.test.ts';
const TIME = 'packages/core/test/contract/webhooks-time.test.ts';
const SENDER = 'apps/server/src/webhooks/http-webhook-sender.ts';
const IN_ORDER = 'about one user keep their order while one is tried again, and those about others go on';

/** Events that are sent to other programs: where to, in which order, how often, and what no longer. */
export const WEBHOOK_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: SENDER, test: 'apps/server/src/webhooks/http-webhook-sender.test.ts' }, [
    [
      'the filter of addresses for plain HTTP',
      'http: byAddresses(new RequestFilteringHttpAgent(AGENT_OPTIONS)),',
      'http: this.#anywhere.http,',
      'however it is written: %s',
    ],
    [
      'the filter of addresses for HTTPS',
      'https: byAddresses(new RequestFilteringHttpsAgent(AGENT_OPTIONS)),',
      'https: this.#anywhere.https,',
      'behind %s',
    ],
    ['IPv4 addresses in an old form', 'if (more) throw', 'if (false) throw', 'however it is written: %s'],
    [
      'the addresses that were judged, in place of another look',
      '      lookup,\n',
      '',
      'at every try: a name that led elsewhere before is judged by where it leads now',
    ],
    [
      'the addresses by which a connection is used again',
      'agent.getName = options => `${nameOf(options)}:${(options as Record<string, unknown>)[ADDRESSES]}`;',
      '',
      'is used again while the name leads to the same address, and not when it leads elsewhere',
    ],
    [
      'the second request where a connection had ended unused',
      'if (!(error instanceof StaleConnection) || stale === MAX_STALE) throw error;',
      'throw error;',
      'that the other end closed meanwhile fails no request',
    ],
    [
      'the end of interim answers',
      'if (interim > MAX_INTERIM) sent',
      'if (interim < 0) sent',
      'that is announced again and again and does not come is cut off',
    ],
    [
      'the bound of lookups',
      'const LOOKUPS_AT_ONCE = 2;',
      'const LOOKUPS_AT_ONCE = 200;',
      'names whose servers are silent hold up two lookups, and nothing that has an address',
    ],
    [
      'the end of what is read of an answer',
      'if (bytes >= LIMITS.webhookAnswerBytes) finish();',
      '',
      'that never ends is read up to what is kept',
    ],
    [
      'the end of an answer that does not end',
      'const timer = setTimeout(finish, BODY_MS);',
      'const timer = undefined;',
      'counts by its status when its body does not come',
    ],
  ]),
  ...switchedOff({ file: `${CORE}/send-deliveries.ts`, test: DELIVERY }, [
    [
      'the line of a user, which a failure holds',
      "if (outcome?.kind === 'skipped' || outcome?.isDelivered) busy.delete(job.line);",
      'busy.delete(job.line);',
      IN_ORDER,
    ],
    [
      'the one request that finds out whether an endpoint is back',
      'const most = endpoint.setbacks > 0 ? 1 : Number.POSITIVE_INFINITY;',
      'const most = Number.POSITIVE_INFINITY;',
      'come one at a time to an endpoint that is down, with growing pauses, and all when it is back',
    ],
  ]),
  ...switchedOff({ file: `${CORE}/plan-turn.ts`, test: DELIVERY }, [
    [
      'what waits for an earlier delivery about its user',
      'held: holding.has(line),',
      'held: false,',
      IN_ORDER,
    ],
    [
      'the bound of what waits',
      'const room = Math.min(JOBS_AT_ONCE, LIMITS.webhookWaiting - waiting.length);',
      'const room = JOBS_AT_ONCE;',
      'wait in a number that is bounded: then the endpoint takes nothing new from the log',
    ],
  ]),
  ...switchedOff({ file: `${CORE}/commit-turn.ts`, test: DELIVERY }, [
    [
      'the end of an endpoint that is gone',
      "if ([...outcomes.values()].some(one => one.kind === 'sent' && one.isGone)) return 'gone';",
      '',
      'stop at once when the endpoint says that it is gone, which is an event, and go on when it is enabled',
    ],
    [
      'the end of an endpoint that fails for days',
      "return outcomes.size > 0 && isLasting ? 'failing' : undefined;",
      'return outcomes.size > 0 && isLasting ? undefined : undefined;',
      'stop when nothing has reached the endpoint for three days, which is an event',
    ],
    [
      'the wait that an endpoint asks for',
      'const asked = sent.reduce((most, one) => Math.max(most, one.retryAfterMs), 0);',
      'const asked = 0;',
      'wait for as long as Retry-After asks, and no endpoint longer than an hour',
    ],
  ]),
  ...switchedOff({ file: `${CORE}/plan-turn.ts`, test: ERASURE }, [
    [
      'the numbers that a gap leaves out',
      'return { seq: seq + missed, sequence: sequence + missed };',
      'return { seq: seq + missed, sequence };',
      'is told of a gap by its numbers when the log no longer reaches back to it',
    ],
  ]),
  ...switchedOff({ file: `${CORE}/commit-turn.ts`, test: ERASURE }, [
    [
      'the look whether something was erased while a request was under way',
      'sent.get(Number(seq)) === data ? [Number(seq)] : []',
      'sent.has(Number(seq)) ? [Number(seq)] : []',
      'keeps no answer to a request that was under way',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/life-cycle/erase-users.ts', test: ERASURE }, [
    [
      'the erasure of what receivers answered',
      'await eraseAnswers(transaction, [...names.values()]);',
      '',
      'does not get them at the next try, nor the id after %o',
    ],
    [
      'the erasure in the filters of webhooks',
      'if (others) await eraseInFilters(transaction, names);',
      '',
      'goes on to find nobody by the id in its filter',
    ],
  ]),
  ...switchedOff({ file: `${CORE}/erase-in-webhooks.ts`, test: ERASURE }, [
    [
      'the erasure of answers to what the log no longer has',
      'OR event_seq < (SELECT min_seq FROM event_stream WHERE id = 1)',
      '',
      'keeps no answer to what the log no longer has',
    ],
  ]),
  ...switchedOff({ file: `${CORE}/held-endpoint.ts`, test: PROCESSES }, [
    [
      'the fencing number of a webhook',
      'WHERE id = ${id} AND fence = ${fence}${lock}',
      'WHERE id = ${id} AND ${fence} = ${fence}${lock}',
      'is lost without a trace to one that has read it and is overtaken',
    ],
    [
      'the lease of a webhook',
      'return sql`(lease_until <= (SELECT ${dialect.now}) OR',
      'return sql`(${dialect.now} > 0 OR',
      'goes to one of many that reach for it at the same moment',
    ],
  ]),
  ...switchedOff({ file: `${CORE}/sign-webhook.ts`, test: PROCESSES }, [
    [
      'the id that follows from what is delivered',
      "const digest = createHash('sha256').update(`${id}.${round}.${seq}.${at}`).digest('base64url');",
      "const digest = randomBytes(32).toString('base64url') + createHash('sha256').update(`${id}.${round}.${seq}.${at}`).digest('hex');",
      'gets the same ids and numbers again from the next one when the one before died with its outcome',
    ],
  ]),
  ...switchedOff({ file: `${CORE}/sign-webhook.ts`, test: 'packages/core/test/contract/backup.test.ts' }, []),
  ...switchedOff({ file: `${CORE}/held-endpoint.ts`, test: TIME }, [
    [
      'the end of a lease that a wrong clock set',
      'const LONGEST_LEASE_MS = 60 * 60 * 1000;',
      'const LONGEST_LEASE_MS = 1e15;',
      'is not held for days because the clock of the database was ahead when somebody took it',
    ],
  ]),
  ...switchedOff({ file: `${CORE}/retry-schedule.ts`, test: TIME }, [
    [
      'the end of a pause that a wrong clock set',
      'return now + LONGEST_RETRY_AFTER_MS + SKEW_MS;',
      'return now + 1e15;',
      'is not left alone for longer because a clock was ahead when it failed',
    ],
    [
      'the end of a wait that a wrong clock set',
      'return { until: now, from: now + LONGEST_RETRY_MS };',
      'return { until: now, from: now + 1e15 + LONGEST_RETRY_MS };',
      'is not left alone for longer because a clock was ahead when it failed',
    ],
  ]),
  ...switchedOff({ file: `${CORE}/commit-turn.ts`, test: TIME }, [
    [
      'the failures without which nobody is disabled',
      'now - failing_since >= LASTING_FAILURE_MS && setbacks >= LASTING_FAILURE_SETBACKS;',
      'now - failing_since >= LASTING_FAILURE_MS && setbacks > 0 && LASTING_FAILURE_SETBACKS > 0;',
      'is not disabled because a clock jumps ahead, and is after three days and ten failures',
    ],
  ]),
  ...switchedOff({ file: `${CORE}/prune-deliveries.ts`, test: TIME }, [
    [
      'the deliveries that wait, which stay',
      "AND status <> 'pending'",
      '',
      'gets what waited while it was disabled for longer than deliveries are kept',
    ],
  ]),
  ...switchedOff({ file: `${CORE}/endpoint-run.ts`, test: TIME }, [
    [
      'the return of a webhook without news',
      'if (isQuiet) break;',
      '',
      'is given back when it has no news, and costs no write until there is some',
    ],
    [
      'the line in which webhooks look into the log',
      'await planning.run(() => planTurn(unitOfWork, held, known));',
      'await planTurn(unitOfWork, held, known);',
      'looks into the log in turn with all others, so that a lookup waits for one page',
    ],
  ]),
  ...switchedOff({ file: `${CORE}/send-on-request.ts`, test: TIME }, [
    [
      'the bound of what is tried again by hand',
      "if (row.status !== 'pending' && waiting >= LIMITS.webhookWaiting) {",
      'if (waiting < 0) {',
      'refuses to try again more than may wait',
    ],
  ]),
  ...switchedOff({ file: `${CORE}/held-endpoint.ts`, test: PROCESSES }, [
    [
      'the new fence of a webhook that is replayed',
      'return { fence: fence + 1, lease_until: 0 };',
      'return { fence, lease_until: 0 };',
      'is taken from the one that holds it when somebody disables it, or begins a replay',
    ],
  ]),
  ...switchedOff({ file: `${CORE}/send-deliveries.ts`, test: WEBHOOKS }, [
    [
      'the secret before, which signs for another day',
      'const secrets = previous_secret !== undefined && previous_until > at ? [secret, previous_secret] : [secret];',
      'const secrets = [secret];',
      'is signed with both secrets for a day after a rotation, and then with the new one',
    ],
  ]),
  ...switchedOff({ file: `${CORE}/pace.ts`, test: WEBHOOKS }, [
    [
      'the rate of a webhook',
      'if (at > now) await sleep(at - now, undefined, { signal }).catch(() => undefined);',
      'await sleep(0, undefined, { signal }).catch(() => undefined);',
      'gets no more requests a second than it takes',
    ],
  ]),
];
