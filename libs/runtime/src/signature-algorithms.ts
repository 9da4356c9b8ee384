/** Signatures with a private key. HMAC is not among them: whoever could check a token could make one. */
export const SIGNATURE_ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
] as const;

export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];
