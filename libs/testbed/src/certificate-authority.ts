// The certificate library's containers need it, before anything else of theirs.
import "reflect-metadata";
import { KeyObject, type webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  type JsonGeneralName,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** A certificate and its private key, both in PEM. */
export interface CertificateAndKey {
  readonly certificate: string;
  readonly key: string;
}

interface CertificatePlan {
  commonName: string;
  /** Subject alternative names. */
  names?: readonly JsonGeneralName[];
  /** Of its key; ECDSA where left out. */
  algorithm?: keyof typeof ALGORITHMS;
  notBefore?: Date;
  notAfter?: Date;
}

export interface CertificateAuthority {
  /** Its own certificate in PEM, which a peer trusts. */
  readonly certificate: string;
  issue(plan: CertificatePlan): Promise<CertificateAndKey>;
}

const ALGORITHMS = {
  ECDSA: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  RSA: {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: "SHA-256",
  },
};
const DAY_MS = 24 * 3600_000;

/** An authority of its own for a test: its key is in memory, and gone with the process. */
export async function certificateAuthority(name: string): Promise<CertificateAuthority> {
  const keys = await newKeys("ECDSA");
  const own = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: ALGORITHMS.ECDSA,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
    extensions: [new BasicConstraintsExtension(true, 1, true)],
  });
  return {
    certificate: own.toString("pem"),
    async issue({ commonName, names = [], algorithm = "ECDSA", notBefore, notAfter }) {
      const { publicKey, privateKey } = await newKeys(algorithm);
      const issued = await X509CertificateGenerator.create({
        subject: `CN=${commonName}`,
        issuer: own.subject,
        publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHMS.ECDSA,
        notBefore: notBefore ?? new Date(Date.now() - DAY_MS),
        notAfter: notAfter ?? new Date(Date.now() + DAY_MS),
        extensions: names.length > 0 ? [new SubjectAlternativeNameExtension([...names])] : [],
      });
      return {
        certificate: issued.toString("pem"),
        key: KeyObject.from(privateKey).export({ type: "pkcs8", format: "pem" }).toString(),
      };
    },
  };
}

const newKeys = (algorithm: keyof typeof ALGORITHMS) =>
  crypto.subtle.generateKey(ALGORITHMS[algorithm], true, ["sign", "verify"]) as Promise<webcrypto.CryptoKeyPair>;
