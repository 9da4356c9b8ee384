import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type Check, doubtful, fine, notChecked, wrong } from "./check.ts";

const DAY_MS = 24 * 3600 * 1000;
const SOON_DAYS = 30;

/** The services' certificate can be read and is not about to end. */
export function certificateCheck(path: string | undefined, now: () => Date): Check {
  return {
    about: "the services' certificate is good",
    async look() {
      if (path === undefined) {
        return notChecked(
          "REDSPOT_TLS_CERTIFICATE is not set",
          "Without it the services must lie behind a proxy that does TLS, or on loopback.",
        );
      }
      let certificate: X509Certificate;
      try {
        certificate = new X509Certificate(await readFile(path));
      } catch (error) {
        const { code = "" } = error as NodeJS.ErrnoException;
        const why = /^E[A-Z]+$/.test(code) ? code : "it holds no certificate";
        return wrong(`${path} cannot be read (${why})`, "See REDSPOT_TLS_CERTIFICATE: a certificate in PEM.");
      }
      const days = Math.floor((certificate.validToDate.getTime() - now().getTime()) / DAY_MS);
      if (days < 0) return wrong(`it ended ${-days} day(s) ago`, "Put a new one in its place: the services take it.");
      if (now() < certificate.validFromDate) return wrong("it is not good yet", "See the clock of this machine.");
      if (days < SOON_DAYS) return doubtful(`it ends in ${days} day(s)`, "Renew it: the services take the new one.");
      return fine(`it is good for ${days} days`);
    },
  };
}
