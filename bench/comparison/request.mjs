/** JSON over HTTP, by the same plain client for everybody. */
import { send } from '../stage/call.mjs';

export async function request({ url, method, headers, body }) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const sized = text && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  const answer = await send(url, { method, headers: { ...headers, ...sized } }, text);
  return answer === '' ? undefined : JSON.parse(answer);
}
