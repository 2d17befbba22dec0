/** A subscription over server-sent events, and what it has told so far. */
export interface EventStream {
  /** What it was refused with; absent while it goes on. */
  refusal(): string | undefined;
  /** What it has told: one item for each message. */
  told(): unknown[];
  close(): void;
}

/** Opens a subscription, and resolves when it has begun or was refused. */
export async function openEventStream(
  url: string,
  { token, path, input }: { token: string; path: string; input: object },
): Promise<EventStream> {
  const ending = new AbortController();
  const answer = await fetch(`${url}/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
    signal: ending.signal,
  });
  let text = '';
  const refusal = () => {
    const error = /event: serialized-error\ndata: (.*)\n/.exec(text)?.[1];
    return error === undefined ? undefined : (JSON.parse(error) as { data: { code: string } }).data.code;
  };
  const stream = {
    refusal,
    told: () =>
      text
        .split('\n\n')
        .slice(0, -1)
        .flatMap(message => {
          const data = /^data: (.*)$/m.exec(message)?.[1];
          return data === undefined || /^event:/m.test(message) ? [] : [JSON.parse(data) as unknown];
        }),
    close: () => ending.abort(),
  };
  await new Promise<void>(begun => {
    void (async () => {
      try {
        for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
          text += chunk;
          if (refusal() !== undefined || stream.told().length > 0) begun();
        }
      } catch {
        // It was closed.
      }
      begun();
    })();
  });
  return stream;
}
