import { isIP } from "node:net";
import { z } from "zod";
import { Access, type AccessOptions } from "./access.ts";
import { clientCertificateScheme } from "./client-certificates.ts";
import { needs, secret } from "./config.ts";
import { fileVariable } from "./file-variable.ts";
import { entriesOf, parseGrants, type Scheme } from "./identity.ts";
import { isConfidential } from "./is-confidential.ts";
import type { Logger } from "./logger.ts";
import { NO_LIMIT } from "./rate-limits.ts";
import { SIGNATURE_ALGORITHMS } from "./signature-algorithms.ts";
import { parseStaticTokens, staticTokenScheme } from "./static-tokens.ts";
import { Transport } from "./transport.ts";

/** A variable whose text is read by a function that throws where it is wrong. */
function parsed<T>(parse: (text: string) => T) {
  return z
    .string()
    .default("")
    .transform((text, context): T => {
      try {
        return parse(text);
      } catch (error) {
        context.issues.push({ code: "custom", message: (error as Error).message, input: "" });
        return z.NEVER;
      }
    });
}

const limit = (otherwise: number) =>
  z.coerce
    .number()
    .int()
    .min(0)
    .default(otherwise)
    .transform((count) => (count === 0 ? NO_LIMIT : count));

/** Variables that say who may use a service, and how requests reach it. docs/security.md explains them. */
export const accessVariables = {
  REDSPOT_TOKENS: secret(
    parsed(parseStaticTokens).describe(
      "Bearer tokens by their hashes, as NAME:SCOPE+SCOPE:sha256-HEX, separated by commas or lines; npm run token makes one",
    ),
  ),
  REDSPOT_OIDC_ISSUER: needs(
    ["REDSPOT_OIDC_AUDIENCE"],
    z
      .url({ protocol: /^https?$/ })
      .refine(isConfidential, "it must be https")
      .optional()
      .describe("OpenID Connect issuer whose tokens are accepted, exactly as they have it in iss"),
  ),
  REDSPOT_OIDC_AUDIENCE: needs(
    ["REDSPOT_OIDC_ISSUER"],
    z.string().min(1).optional().describe("What the issuer's tokens for Redspot have in aud"),
  ),
  REDSPOT_OIDC_ALGORITHMS: needs(
    ["REDSPOT_OIDC_ISSUER"],
    parsed((text) =>
      z.array(z.enum(SIGNATURE_ALGORITHMS)).parse(entriesOf(text || "RS256,PS256,ES256,EdDSA")),
    ).describe("Algorithms in which the issuer's tokens may be signed; empty takes RS256, PS256, ES256 and EdDSA"),
  ),
  REDSPOT_OIDC_SCOPE_CLAIM: needs(
    ["REDSPOT_OIDC_ISSUER"],
    z
      .string()
      .min(1)
      .default("scope")
      .describe("Claim of the issuer's tokens that holds the scopes, or its path by dots, such as realm_access.roles"),
  ),
  REDSPOT_OIDC_SCOPES: needs(
    ["REDSPOT_OIDC_ISSUER"],
    parsed(parseGrants).describe(
      "What the issuer's own words mean, such as pacs-senders=store,radiologists=read; empty takes redspot:store and so on",
    ),
  ),
  REDSPOT_TLS_CERTIFICATE: fileVariable(
    "File with the certificate of this service and its issuers, in PEM",
    "REDSPOT_TLS_KEY",
  ),
  REDSPOT_TLS_KEY: fileVariable("File with the certificate's private key, in PEM", "REDSPOT_TLS_CERTIFICATE"),
  REDSPOT_TLS_CLIENT_CA: fileVariable(
    "File with the authorities of client certificates, in PEM; for mutual TLS",
    ...["REDSPOT_TLS_CERTIFICATE", "REDSPOT_TLS_CLIENTS"],
  ),
  REDSPOT_TLS_CLIENTS: needs(
    ["REDSPOT_TLS_CLIENT_CA"],
    parsed(parseGrants).describe("Names in client certificates and what they may do, such as pacs.example.org=store"),
  ),
  REDSPOT_TRUSTED_PROXIES: parsed(parseNetworks).describe(
    "Addresses or networks of proxies that do TLS for this service and whose X-Forwarded fields are believed",
  ),
  REDSPOT_REQUESTS_PER_MINUTE: limit(60_000).describe("Most requests of one identity in a minute; 0 sets no limit"),
  REDSPOT_FAILURES_PER_MINUTE: limit(20).describe(
    "Most wrong credentials from one address in a minute; 0 sets no limit",
  ),
} as const;

type AccessConfig = { [K in keyof typeof accessVariables]: z.infer<(typeof accessVariables)[K]> };

interface AccessContext {
  logger: Logger;
  /** Most bytes of one identity in a minute; no limit where left out. */
  bytesPerMinute?: number;
  onRefused?: AccessOptions["onRefused"];
}

/** Who may use a service and how requests reach it, as its configuration says. Throws ConfigError. */
export async function openAccess(
  config: AccessConfig,
  { logger, bytesPerMinute = NO_LIMIT, onRefused }: AccessContext,
): Promise<{ access: Access; transport: Transport }> {
  const { REDSPOT_TLS_CERTIFICATE: certificate, REDSPOT_TLS_KEY: key, REDSPOT_TLS_CLIENT_CA: clientCA } = config;
  const transport = await Transport.open({
    tls: certificate === undefined || key === undefined ? undefined : { certificate, key, clientCA },
    trustedProxies: config.REDSPOT_TRUSTED_PROXIES,
    logger,
  });
  const access = new Access({
    schemes: await schemesOf(config),
    limits: {
      requestsPerMinute: config.REDSPOT_REQUESTS_PER_MINUTE,
      bytesPerMinute,
      failuresPerMinute: config.REDSPOT_FAILURES_PER_MINUTE,
    },
    logger,
    onRefused,
  });
  return { access, transport };
}

/** The schemes that are configured: what costs least to check comes first. */
async function schemesOf(config: AccessConfig): Promise<Scheme[]> {
  const { REDSPOT_OIDC_ISSUER: issuer, REDSPOT_OIDC_AUDIENCE: audience } = config;
  const schemes: Scheme[] = [];
  if (config.REDSPOT_TLS_CLIENTS.size > 0) schemes.push(clientCertificateScheme(config.REDSPOT_TLS_CLIENTS));
  if (config.REDSPOT_TOKENS.length > 0) schemes.push(staticTokenScheme(config.REDSPOT_TOKENS));
  if (issuer !== undefined && audience !== undefined) {
    // Memory for what few need: loaded where it is used.
    const { oidcScheme } = await import("./oidc.ts");
    schemes.push(
      oidcScheme({
        issuer,
        audience,
        algorithms: config.REDSPOT_OIDC_ALGORITHMS,
        scopeClaim: config.REDSPOT_OIDC_SCOPE_CLAIM,
        grants: config.REDSPOT_OIDC_SCOPES,
      }),
    );
  }
  return schemes;
}

function parseNetworks(text: string): string[] {
  const networks = entriesOf(text);
  for (const network of networks) {
    const [address = "", bits, ...more] = network.split("/");
    const most = isIP(address) === 4 ? 32 : 128;
    const isNetwork = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= most);
    if (isIP(address) === 0 || !isNetwork || more.length > 0) {
      throw new RangeError(`${network} is no address and no network such as 10.0.0.0/8`);
    }
  }
  return networks;
}
