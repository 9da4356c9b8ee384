import { fileVariable } from "@redspot/runtime";
import { z } from "zod";
import { CHARACTER_SETS, type CharacterSet } from "./character-set.ts";
import type { MllpOptions } from "./mllp.ts";

/** A file of TLS: nothing without a receiver by TLS, nor, where it is half of a pair, without the other half. */
const tlsFile = (about: string, ...pair: string[]) => fileVariable(about, ...pair, "REDSPOT_HL7_URL=mllps://");

/** Where the receiver is and how it is trusted: for whoever delivers, and for whoever checks that it can be reached. */
export const receiverVariables = {
  REDSPOT_HL7_URL: z
    .url({ protocol: /^mllps?$/ })
    .refine((url) => new URL(url).port !== "", "it must name a port")
    .optional()
    .describe(
      "RIS or integration engine that is told of findings by HL7 v2, as mllps://host:port (TLS) or mllp://host:port; nobody is told where left out",
    ),
  REDSPOT_HL7_CA: tlsFile(
    "File (PEM) with the authorities that the receiver's certificate comes from; those of Node where left out",
  ),
  REDSPOT_HL7_CERTIFICATE: tlsFile(
    "File (PEM) with the client certificate that the receiver wants, its issuers after it",
    "REDSPOT_HL7_KEY",
  ),
  REDSPOT_HL7_KEY: tlsFile("File (PEM) with its key", "REDSPOT_HL7_CERTIFICATE"),
  REDSPOT_HL7_CHARACTER_SET: z
    .enum(Object.keys(CHARACTER_SETS) as [CharacterSet, ...CharacterSet[]])
    .default("UNICODE UTF-8")
    .describe("Character set of messages (MSH-18): UNICODE UTF-8, or 8859/1 for a receiver that knows no other"),
  REDSPOT_HL7_ANSWER_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(600)
    .default(30)
    .describe("How long an acknowledgement is waited for"),
};

interface Receiver {
  REDSPOT_HL7_URL?: string | undefined;
  REDSPOT_HL7_CA?: string | undefined;
  REDSPOT_HL7_CERTIFICATE?: string | undefined;
  REDSPOT_HL7_KEY?: string | undefined;
  REDSPOT_HL7_CHARACTER_SET: CharacterSet;
  REDSPOT_HL7_ANSWER_SECONDS: number;
}

/** How to reach the receiver; undefined where there is none. */
export function receiverOf(config: Receiver): MllpOptions | undefined {
  if (config.REDSPOT_HL7_URL === undefined) return undefined;
  const { protocol, hostname, port } = new URL(config.REDSPOT_HL7_URL);
  const tls = { ca: config.REDSPOT_HL7_CA, certificate: config.REDSPOT_HL7_CERTIFICATE, key: config.REDSPOT_HL7_KEY };
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port),
    ...(protocol === "mllps:" ? { tls } : {}),
    characterSet: config.REDSPOT_HL7_CHARACTER_SET,
    connectWithinMs: 10_000,
    answerWithinMs: config.REDSPOT_HL7_ANSWER_SECONDS * 1000,
  };
}
