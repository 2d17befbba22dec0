import {
  type Attributes,
  ProxyTracerProvider,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { DirectorySpan, DirectoryTrace } from '@rollcall/core';
import { RollcallError } from '@rollcall/protocol';
import type { RouterSpan, RouterTrace } from '@rollcall/router';

/** What a span is about. */
type Spanned = DirectorySpan | RouterSpan;

/** What is traced, under which name. An operator's queries name them, so they stay. */
export const SPAN_NAMES: Record<Spanned['span'], string> = {
  call: 'rollcall.call',
  write: 'rollcall.write',
  'event page': 'rollcall.event_page',
  'task step': 'rollcall.task_step',
  'webhook try': 'rollcall.webhook_try',
};

/** Which end of a request a span is; the others are of this process alone. */
const KINDS: Partial<Record<Spanned['span'], SpanKind>> = {
  call: SpanKind.SERVER,
  'webhook try': SpanKind.CLIENT,
};

/** The errors that are the server's and not the caller's. */
const FAULTS: ReadonlySet<string> = new Set(['INTERNAL', 'UNAVAILABLE']);

/**
 * The tracer of an SDK that was loaded before the server; undefined when there is none, and then nothing is traced and
 * nothing costs anything.
 */
export function loadedTracer(): Tracer | undefined {
  const provider = trace.getTracerProvider();
  return provider instanceof ProxyTracerProvider
    ? provider.getDelegateTracer('rollcall')
    : provider.getTracer('rollcall');
}

/**
 * Makes spans with a tracer. Attributes hold no value of a person: no filter, no input, no custom data, and ids only of
 * requests and tasks, as the log has them. The message of an error may hold anything, so only its code is told.
 */
export function tracedBy(tracer: Tracer): DirectoryTrace & RouterTrace {
  return <Result>(
    spanned: Spanned,
    run: () => Result,
    outcomeOf?: (result: Awaited<Result>) => string,
  ): Result => {
    const options = { kind: KINDS[spanned.span] ?? SpanKind.INTERNAL, attributes: attributesOf(spanned) };
    return tracer.startActiveSpan(SPAN_NAMES[spanned.span], options, span => {
      const succeed = (result: Awaited<Result>) => end(span, outcomeOf?.(result) ?? 'ok');
      const fail = (error: unknown) => end(span, outcomeOfError(error));
      let result: Result;
      try {
        result = run();
      } catch (error) {
        fail(error);
        throw error;
      }
      if (!(result instanceof Promise)) {
        succeed(result as Awaited<Result>);
        return result;
      }
      return result.then(
        value => {
          succeed(value);
          return value;
        },
        error => {
          fail(error);
          throw error;
        },
      ) as Result;
    });
  };
}

/** What came of something that threw: a code, of an error of the transport, too. */
function outcomeOfError(error: unknown): string {
  if (error instanceof RollcallError) return error.code;
  if (!(error instanceof Error)) return 'INTERNAL';
  // It is no fault: another worker has the task.
  if (error.name === 'TaskOvertaken') return 'overtaken';
  return error.cause instanceof RollcallError ? error.cause.code : 'INTERNAL';
}

function end(span: Span, outcome: string): void {
  span.setAttribute('rollcall.outcome', outcome);
  if (FAULTS.has(outcome)) span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
  span.end();
}

function attributesOf(spanned: Spanned): Attributes {
  switch (spanned.span) {
    case 'call':
      return {
        'rollcall.procedure': spanned.procedure,
        'rollcall.call_type': spanned.type,
        'rollcall.request_id': spanned.requestId,
      };
    case 'event page':
      return { 'rollcall.events': spanned.events };
    case 'task step':
      return { 'rollcall.task_type': spanned.type, 'rollcall.task_id': spanned.taskId };
    case 'webhook try':
      return { 'rollcall.delivery_id': spanned.deliveryId };
    case 'write':
      return {};
  }
}
