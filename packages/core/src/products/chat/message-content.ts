import { jsonBytes, LIMITS, type MessageContent, RollcallError } from '@rollcall/protocol';
import type { MessageRow } from './message-table.js';

/**
 * The parts of a message that its author writes, checked as a whole.
 * @throws RollcallError `INPUT_INVALID` for a message with neither text nor attachments, or of more than 16 KiB as JSON.
 */
export function messageContent(content: MessageContent): Pick<MessageRow, 'text' | 'attachments' | 'custom'> {
  const { text, attachments = [], custom = {} } = content;
  if (!text && attachments.length === 0) {
    throw new RollcallError('INPUT_INVALID', 'text: a message has a text or at least one attachment', {
      field: 'text',
    });
  }
  const checked = { ...(text && { text }), attachments, custom };
  const bytes = jsonBytes(checked);
  if (bytes > LIMITS.messageBytes) {
    throw new RollcallError(
      'INPUT_INVALID',
      `a message has at most ${LIMITS.messageBytes} bytes as JSON; this has ${bytes}`,
    );
  }
  return checked;
}
