/**
 * A WebSocket class that sends every call in a message of its own. tRPC joins the calls of a moment, and after a
 * reconnect all subscriptions, into one message; but servers bound the calls and the bytes of a message, and would refuse
 * together what they take one by one.
 */
export function oneCallPerMessage(Base: typeof WebSocket): typeof WebSocket {
  return class extends Base {
    override send(data: Parameters<WebSocket['send']>[0]): void {
      if (typeof data !== 'string' || !data.startsWith('[')) super.send(data);
      else for (const call of JSON.parse(data) as unknown[]) super.send(JSON.stringify(call));
    }
  };
}
