import type { Task } from '@rollcall/protocol';
import { addressOn } from '../transport/server-url.js';

/** A task whose link to the file of an export, a path on the wire, is an address that anything can fetch. */
export function withAbsoluteLink(task: Task, serverUrl: string): Task {
  const { result } = task;
  if (!result?.export) return task;
  const url = addressOn(serverUrl, result.export.url);
  return { ...task, result: { ...result, export: { ...result.export, url } } };
}
