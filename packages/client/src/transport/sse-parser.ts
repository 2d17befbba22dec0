/** One message of an event stream (HTML Standard, section 9.2). */
export interface SseMessage {
  event: string;
  data: string;
  id?: string;
}

/**
 * Cuts the text of an event stream into messages. Text may be cut anywhere; a message that is not finished by an empty
 * line is never handed out. Comments and fields that nobody asks for (`retry`) are dropped.
 */
export class SseParser {
  #rest = '';
  #event = '';
  #id: string | undefined;
  #data: string[] = [];

  push(text: string): SseMessage[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    const messages: SseMessage[] = [];
    for (const line of lines) {
      if (line !== '') this.#field(line);
      else if (this.#event !== '' || this.#data.length > 0) messages.push(this.#take());
    }
    return messages;
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') this.#event = value;
    else if (name === 'data') this.#data.push(value);
    else if (name === 'id') this.#id = value;
  }

  #take(): SseMessage {
    const message = {
      event: this.#event || 'message',
      data: this.#data.join('\n'),
      ...(this.#id && { id: this.#id }),
    };
    this.#event = '';
    this.#id = undefined;
    this.#data = [];
    return message;
  }
}
