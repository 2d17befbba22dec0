import type { EventPage } from '@rollcall/protocol';
import { decodeMessage } from './decode-message.js';
import { PageTexts } from './page-texts.js';

/**
 * Serialises WebSocket messages so that an event for a thousand listeners is turned into text only once. A page that
 * {@link shareable} has marked is put together from the texts of its events; every other message is plain JSON. The text on
 * the wire is the same either way. A long page comes as the bytes of its text, which listeners of the same page share.
 */
export const frameEncoder = {
  encode: (message: unknown): string | Buffer<ArrayBuffer> => encodePage(message) ?? JSON.stringify(message),
  decode: decodeMessage,
};

const texts = new WeakMap<object, string>();
const pages = new WeakSet<object>();
const pageTexts = new PageTexts(textOfEvent);

/**
 * Marks a page whose events never change, so that their texts may be cached for as long as the events exist. Once it has
 * become a message it is empty.
 */
export function shareable(page: EventPage): EventPage {
  pages.add(page);
  return page;
}

/** A message of a subscription as tRPC hands it over. */
interface DataMessage {
  id: unknown;
  jsonrpc?: string;
  result: { id?: unknown; type: 'data'; data: { id: unknown; data: EventPage } };
}

function encodePage(message: unknown): string | Buffer<ArrayBuffer> | undefined {
  if (!isPageMessage(message)) return undefined;
  const { id, jsonrpc, result } = message;
  const { data: page, id: trackedId } = result.data;
  const version = jsonrpc === undefined ? '' : `,"jsonrpc":${JSON.stringify(jsonrpc)}`;
  const head = `{"id":${JSON.stringify(id)}${version},"result":{"type":"data","id":${JSON.stringify(result.id)},"data":{"id":${JSON.stringify(trackedId)},"data":{"events":[`;
  const tail = `]${page.resync ? ',"resync":true' : ''}}}}}`;
  const { events } = page;
  letGo(page);
  const shared = pageTexts.bytesOf(events);
  if (shared) return Buffer.concat([Buffer.from(head), shared, Buffer.from(tail)]);
  return head + events.map(textOfEvent).join(',') + tail;
}

/**
 * Takes the events out of a page that becomes text. A page becomes text once. The code that handed the page on holds it
 * until the next page comes, so hundreds of listeners that wait for their turn would each hold all events of a page.
 */
function letGo(page: EventPage): void {
  pages.delete(page);
  page.events = [];
}

/** The JSON of an object that never changes. It is made once, for as long as the object exists. */
export function textOf(object: object): string {
  const known = texts.get(object);
  if (known !== undefined) return known;
  const text = JSON.stringify(object);
  texts.set(object, text);
  return text;
}

/** Several events of a page may show the same user, whose text is known then. */
function textOfEvent(event: object): string {
  const { user, ...rest } = event as { user?: object };
  const userText = user && texts.get(user);
  if (userText === undefined || texts.has(event)) return textOf(event);
  const text = `${JSON.stringify(rest).slice(0, -1)},"user":${userText}}`;
  texts.set(event, text);
  return text;
}

function isPageMessage(message: unknown): message is DataMessage {
  const { result } = (message ?? {}) as Partial<DataMessage>;
  const page = result?.type === 'data' ? result.data?.data : undefined;
  return typeof page === 'object' && page !== null && pages.has(page);
}
