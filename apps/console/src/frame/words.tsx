/** A sentence whose `code` stands between backticks. */
export function Words({ text }: { text: string }) {
  return text.split('`').map((part, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: The parts of a sentence keep their order.
    index % 2 === 1 ? <code key={index}>{part}</code> : part,
  );
}
