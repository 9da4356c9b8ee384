import { Hl7Error, MllpClient, type MllpOptions } from "@redspot/hl7";
import { ownCertificate } from "./certificate-checks.ts";
import { type Check, fine, notChecked, wrong } from "./check.ts";

/** The receiver of HL7 messages can be connected to, by TLS where it is to be. No message is sent: it would be one. */
export function hl7Check(receiver: MllpOptions | undefined, now: () => Date): Check {
  return {
    about: "the receiver of HL7 messages can be connected to",
    async look() {
      if (receiver === undefined) return notChecked("REDSPOT_HL7_URL is not set", "Nobody is told of findings by HL7.");
      const { certificate, key } = receiver.tls ?? {};
      const seen = certificate === undefined ? undefined : await ownCertificate(certificate, key, "REDSPOT_HL7", now);
      const own = seen && { ...seen, found: `Redspot's certificate: ${seen.found}` };
      if (own?.state === "wrong") return own;
      const client = new MllpClient(receiver);
      const how = receiver.tls === undefined ? "in clear" : "by TLS";
      try {
        await client.tryConnection();
        if (own?.state === "doubtful") return own;
        return fine(`${receiver.host}:${receiver.port} answers ${how}; no message was sent`);
      } catch (error) {
        if (!(error instanceof Hl7Error)) throw error;
        const advice =
          error.code === "UNTRUSTED"
            ? "See REDSPOT_HL7_CA, REDSPOT_HL7_CERTIFICATE and REDSPOT_HL7_KEY, and the receiver's certificate and whom it accepts."
            : "See REDSPOT_HL7_URL, whether the receiver runs, and whether a firewall is between. Until then messages wait in Redis.";
        return wrong(`${receiver.host}:${receiver.port}, ${how}: ${error.message}`, advice);
      } finally {
        await client.close();
      }
    },
  };
}
