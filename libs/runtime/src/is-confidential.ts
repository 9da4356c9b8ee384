/** Names and addresses that lead to this machine only. */
const LOOPBACK = new Set(["127.0.0.1", "::1", "[::1]", "localhost"]);

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host.toLowerCase());
}

/** Whether nobody on the way can read or change what goes to an address: https, or it does not leave this machine. */
export function isConfidential(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? {};
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname ?? ""));
}
