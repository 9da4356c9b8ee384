import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { connect, type PeerCertificate } from "node:tls";
import { type Check, doubtful, fine, notChecked, type Observation, wrong } from "./check.ts";

const DAY_MS = 24 * 3600 * 1000;
const SOON_DAYS = 30;
const CONNECT_WITHIN_MS = 10_000;

interface Certificates {
  certificate?: string | undefined;
  key?: string | undefined;
  clientCA?: string | undefined;
  pacsUrl: string;
  now: () => Date;
}

/** The certificates on which connections stand: the services' own, that of the authority of their clients, the PACS's. */
export function certificateChecks({ certificate, key, clientCA, pacsUrl, now }: Certificates): Check[] {
  return [
    {
      about: "the services' certificate is good",
      async look() {
        if (certificate === undefined) {
          return notChecked(
            "REDSPOT_TLS_CERTIFICATE is not set",
            "Without it the services must lie behind a proxy that does TLS, or on loopback.",
          );
        }
        return ownCertificate(certificate, key, "REDSPOT_TLS", now);
      },
    },
    {
      about: "the authority of client certificates is good",
      async look() {
        if (clientCA === undefined) return notChecked("REDSPOT_TLS_CLIENT_CA is not set", "");
        return unlessUnreadable(clientCA, "REDSPOT_TLS_CLIENT_CA", async () => {
          const authorities = certificatesIn(await readFile(clientCA, "utf8"));
          const [next] = authorities.sort((a, b) => a.validToDate.getTime() - b.validToDate.getTime());
          if (next === undefined) return noCertificate(clientCA, "REDSPOT_TLS_CLIENT_CA");
          return lasts(next.validFromDate, next.validToDate, now(), "and with it the certificates that it issued");
        });
      },
    },
    {
      about: "the PACS's certificate is good",
      async look() {
        const { protocol, hostname, port } = new URL(pacsUrl);
        if (protocol !== "https:") return notChecked("the PACS is asked without TLS", "");
        const peer = await peerOf(hostname, Number(port || 443));
        if (peer === undefined) return notChecked("the PACS does not answer", "");
        const advice = "and whoever trusts the old one has to trust the new one";
        if (peer.refusal !== undefined) {
          const { code, message } = peer.refusal;
          return wrong(
            `it is not trusted (${code ?? message})`,
            "Have Node trust its authority: NODE_EXTRA_CA_CERTS=FILE for the services and for this command.",
          );
        }
        return lasts(new Date(peer.certificate.valid_from), new Date(peer.certificate.valid_to), now(), advice);
      },
    },
  ];
}

/** How a certificate that Redspot shows stands, with its key: files that two variables of one beginning name. */
export function ownCertificate(
  certificate: string,
  key: string | undefined,
  variables: "REDSPOT_TLS" | "REDSPOT_AUDIT" | "REDSPOT_HL7",
  now: () => Date,
): Promise<Observation> {
  return unlessUnreadable(certificate, `${variables}_CERTIFICATE`, async () => {
    const [own] = certificatesIn(await readFile(certificate, "utf8"));
    if (own === undefined) return noCertificate(certificate, `${variables}_CERTIFICATE`);
    if (key !== undefined && !own.checkPrivateKey(createPrivateKey(await readFile(key)))) {
      return wrong("its key is that of another", `See ${variables}_KEY: certificate and key come as a pair.`);
    }
    return lasts(own.validFromDate, own.validToDate, now(), "the services take the new one");
  });
}

function lasts(from: Date, until: Date, now: Date, renewed: string): Observation {
  const days = Math.floor((until.getTime() - now.getTime()) / DAY_MS);
  if (days < 0) return wrong(`it ended ${-days} day(s) ago`, `Renew it: ${renewed}.`);
  if (now < from) return wrong("it is not good yet", "See the clock of this machine.");
  if (days < SOON_DAYS) return doubtful(`it ends in ${days} day(s)`, `Renew it: ${renewed}.`);
  return fine(`it is good for ${days} days`);
}

async function unlessUnreadable(
  path: string,
  variable: string,
  look: () => Promise<Observation>,
): Promise<Observation> {
  try {
    return await look();
  } catch (error) {
    const { code = "", path: named = path } = error as NodeJS.ErrnoException;
    if (/^E[A-Z]+$/.test(code)) return wrong(`${named} cannot be read (${code})`, `See ${variable}: a file in PEM.`);
    return noCertificate(path, variable);
  }
}

const noCertificate = (path: string, variable: string) =>
  wrong(`${path} cannot be read (it holds no certificate)`, `See ${variable}: a file in PEM.`);

function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

interface Peer {
  certificate: PeerCertificate;
  /** Why this machine does not trust it. */
  refusal?: NodeJS.ErrnoException | undefined;
}

/** What a server shows, whether it is trusted or not; undefined where none answers. */
function peerOf(host: string, port: number): Promise<Peer | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, ...(isIP(host) ? {} : { servername: host }), rejectUnauthorized: false });
    socket.setTimeout(CONNECT_WITHIN_MS, () => socket.destroy());
    socket.once("secureConnect", () => {
      // By its types always an error; null where the certificate is trusted.
      const refusal = (socket.authorizationError ?? undefined) as Error | undefined;
      resolve({ certificate: socket.getPeerCertificate(), refusal });
      socket.destroy();
    });
    socket.once("error", () => resolve(undefined));
    socket.once("close", () => resolve(undefined));
  });
}
