import { LoggedEvent } from '@rollcall/core';
import type { TrackedEnvelope } from '@trpc/server';
import { decodeMessage } from './decode-message.js';
import { PageFrames } from './page-frames.js';
import { PageTexts } from './page-texts.js';
import { type ShownEvent, ShownPage } from './shown-page.js';

/**
 * Serialises WebSocket messages so that an event for a thousand listeners is turned into text only once. A
 * {@link ShownPage} is put together from the texts of its events; every other message is plain JSON. The text on
 * the wire is the same either way. A long page comes as the bytes of its text, which listeners of the same page share.
 */
export const frameEncoder = {
  encode: (message: unknown): string | Buffer<ArrayBuffer> => encodePage(message) ?? JSON.stringify(message),
  decode: decodeMessage,
};

const texts = new WeakMap<object, string>();
const pageTexts = new PageTexts(textOfShown);
const frames = new PageFrames();

/** A message of a subscription as tRPC hands it over. */
interface DataMessage {
  id: unknown;
  jsonrpc?: string;
  result: { id?: unknown; type: 'data'; data: { id: unknown; data: ShownPage } };
}

function encodePage(message: unknown): string | Buffer<ArrayBuffer> | undefined {
  if (!isPageMessage(message)) return undefined;
  const { id, jsonrpc, result } = message;
  const { data: page, id: trackedId } = result.data;
  const version = jsonrpc === undefined ? '' : `,"jsonrpc":${JSON.stringify(jsonrpc)}`;
  const head = `{"id":${JSON.stringify(id)}${version},"result":{"type":"data","id":`;
  if (page.address) page.address.head = head;
  const frame = textOfPage(head, trackedId, page);
  letGo(page);
  return frame;
}

/** The message that brings a page to a known address. Those who get the same at the same address share its bytes. */
export function frameOf(head: string, [position, page]: TrackedEnvelope<ShownPage>): Buffer {
  const frame = { head, position, events: page.shown };
  return frames.find(frame) ?? frames.keep(frame, Buffer.from(textOfPage(head, position, page)));
}

function textOfPage(head: string, position: unknown, page: ShownPage): string | Buffer<ArrayBuffer> {
  const text = JSON.stringify(position);
  const start = `${head}${text},"data":{"id":${text},"data":{"events":[`;
  const tail = `]${page.resync ? ',"resync":true' : ''}}}}}`;
  const shared = pageTexts.bytesOf(page.shown);
  if (shared) return Buffer.concat([Buffer.from(start), shared, Buffer.from(tail)]);
  return start + page.shown.map(textOfShown).join(',') + tail;
}

/**
 * Takes the events out of a page that becomes text. A page becomes text once. The code that handed the page on holds it
 * until the next page comes, so hundreds of listeners that wait for their turn would each hold all events of a page.
 */
function letGo(page: ShownPage): void {
  page.shown = [];
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

function textOfShown(shown: ShownEvent): string {
  return shown instanceof LoggedEvent ? shown.text : textOfEvent(shown);
}

function isPageMessage(message: unknown): message is DataMessage {
  const { result } = (message ?? {}) as Partial<DataMessage>;
  return result?.type === 'data' && result.data?.data instanceof ShownPage;
}
