import type { TLSSocket } from "node:tls";
import type { Scheme, Scope } from "./identity.ts";

/**
 * The names in the client certificate of a connection, subject alternative names first (RFC 6125): DNS names, URIs and
 * mail addresses, then the subject's common name. Undefined where there is no certificate that was verified.
 */
export function certificateNames(socket: Pick<TLSSocket, "authorized" | "getPeerCertificate">): string[] | undefined {
  if (!socket.authorized) return undefined;
  const { subject, subjectaltname = "" } = socket.getPeerCertificate();
  // Node writes a name that could be taken for another, one with a comma say, as a JSON string: such are left out.
  const alternative = [...subjectaltname.matchAll(/(?:^|, )(?:DNS|URI|email):([^",\s]+)(?=, |$)/g)].map(
    ([, name]) => name as string,
  );
  const common: unknown = subject?.CN;
  return typeof common === "string" ? [...alternative, common] : alternative;
}

/** Knows who comes with a client certificate (mutual TLS) by a name in it, as `clients` lists them. */
export function clientCertificateScheme(clients: ReadonlyMap<string, ReadonlySet<Scope>>): Scheme {
  return {
    async identify({ certificateNames = [] }) {
      for (const name of certificateNames) {
        const scopes = clients.get(name);
        if (scopes !== undefined) return { name: `certificate:${name}`, scopes };
      }
      return undefined;
    },
    describe: () => ({
      scheme: "certificate",
      clients: [...clients].map(([name, scopes]) => ({ name, scopes: [...scopes] })),
    }),
  };
}
