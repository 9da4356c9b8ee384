import type { IncomingMessage } from "node:http";
import { RequestFailure } from "./failures.ts";
import type { Pace } from "./pace.ts";

/**
 * A request's body, chunk by chunk, up to a limit, beyond which it throws PAYLOAD_TOO_LARGE, and at a pace, below which
 * it throws TOO_SLOW. However the reading ends, the request is not destroyed, so that it can still be answered.
 */
export async function* limitedBody(
  request: IncomingMessage,
  mostBytes: number,
  pace: Pace,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  pace.wait();
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const { byteLength } = chunk as Uint8Array;
    pace.take(byteLength);
    bytes += byteLength;
    if (bytes > mostBytes) throw new RequestFailure("PAYLOAD_TOO_LARGE", `more than ${mostBytes} bytes`);
    yield chunk as Uint8Array;
    pace.wait();
  }
}
