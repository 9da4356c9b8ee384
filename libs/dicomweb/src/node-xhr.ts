import XMLHttpRequest from "xmlhttprequest-ssl";

/** How a request ended that went wrong, beyond what XMLHttpRequest itself tells. */
export interface RequestWatch {
  timedOut: boolean;
  /** To be called when the request has ended in whatever way. */
  done(): void;
}

export interface RequestOptions {
  timeoutMs: number;
  /** Set last, over whatever dicomweb-client sets. */
  headers?: Readonly<Record<string, string>>;
}

/**
 * One XMLHttpRequest for one call of dicomweb-client, which was written for browsers, with what that needs in Node:
 * - an ArrayBuffer as body goes out byte for byte (xmlhttprequest-ssl hands it to Node's http, which refuses it);
 * - JSON comes back as text: xmlhttprequest-ssl parses it in an event handler, where a proxy's HTML ends the process;
 * - redirects are not followed: they would take the credentials to wherever they point;
 * - it ends after a time.
 */
export function nodeRequest({ timeoutMs, headers = {} }: RequestOptions): {
  request: XMLHttpRequest;
  watch: RequestWatch;
} {
  const request = new XMLHttpRequest({ maxRedirects: 0, allowFileSystemResources: false });
  const timer = setTimeout(() => {
    watch.timedOut = true;
    request.abort();
  }, timeoutMs);
  const watch: RequestWatch = { timedOut: false, done: () => clearTimeout(timer) };

  let type = "";
  Object.defineProperty(request, "responseType", {
    get: () => type,
    set: (wanted: string) => {
      type = wanted === "json" ? "" : wanted;
    },
  });
  const send = request.send;
  request.send = (body?: unknown) => {
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    send(body instanceof ArrayBuffer ? Buffer.from(body) : (body as string | Uint8Array | undefined));
  };
  return { request, watch };
}
