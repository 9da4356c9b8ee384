import type { IncomingMessage } from "node:http";
import { RequestFailure } from "./failures.ts";

/**
 * A request's body, chunk by chunk, up to a limit, beyond which it throws PAYLOAD_TOO_LARGE. However the reading ends,
 * the request is not destroyed, so that it can still be answered.
 */
export async function* limitedBody(request: IncomingMessage, mostBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Uint8Array).byteLength;
    if (bytes > mostBytes) throw new RequestFailure("PAYLOAD_TOO_LARGE", `more than ${mostBytes} bytes`);
    yield chunk as Uint8Array;
  }
}
