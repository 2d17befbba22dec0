import type { EventPage } from '@rollcall/protocol';
import type { TrackedEnvelope } from '@trpc/server';
import { decodeMessage } from './decode-message.js';
import { PageFrames } from './page-frames.js';
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

/**
 * Where the pages of one subscription go. It is known when the first page has become a message, which tRPC addresses: the
 * next ones need not take the way through it.
 */
export class FrameAddress {
  #head: string | undefined;

  get known(): boolean {
    return this.#head !== undefined;
  }

  /** The beginning of every message to this address. */
  get head(): string {
    return this.#head ?? '';
  }

  set head(head: string) {
    this.#head = head;
  }
}

const texts = new WeakMap<object, string>();
const pages = new WeakMap<object, FrameAddress | undefined>();
const pageTexts = new PageTexts(textOfEvent);
const frames = new PageFrames();

/**
 * Marks a page whose events never change, so that their texts may be cached for as long as the events exist. Once it has
 * become a message it is empty.
 * @param address learns from the message where the next pages go.
 */
export function shareable(page: EventPage, address?: FrameAddress): EventPage {
  pages.set(page, address);
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
  const head = `{"id":${JSON.stringify(id)}${version},"result":{"type":"data","id":`;
  const address = pages.get(page);
  if (address) address.head = head;
  const frame = textOfPage(head, trackedId, page);
  letGo(page);
  return frame;
}

/** The message that brings a page to a known address. Those who get the same at the same address share its bytes. */
export function frameOf(address: FrameAddress, [position, page]: TrackedEnvelope<EventPage>): Buffer {
  const { head } = address;
  const known = frames.find({ head, position, events: page.events });
  return (
    known ??
    frames.keep({ head, position, events: page.events }, Buffer.from(textOfPage(head, position, page)))
  );
}

function textOfPage(
  head: string,
  position: unknown,
  { events, resync }: EventPage,
): string | Buffer<ArrayBuffer> {
  const text = JSON.stringify(position);
  const start = `${head}${text},"data":{"id":${text},"data":{"events":[`;
  const tail = `]${resync ? ',"resync":true' : ''}}}}}`;
  const shared = pageTexts.bytesOf(events);
  if (shared) return Buffer.concat([Buffer.from(start), shared, Buffer.from(tail)]);
  return start + events.map(textOfEvent).join(',') + tail;
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
