import { errors, type JWTPayload, jwtVerify } from "jose";
import { AccessError, tokenInvalid } from "./access-error.ts";
import { type Scheme, type Scope, scopeOf } from "./identity.ts";
import { IssuerAway, IssuerKeys } from "./issuer-keys.ts";
import type { SignatureAlgorithm } from "./signature-algorithms.ts";

export interface OidcOptions {
  /** The issuer's address, exactly as its tokens have it in `iss`. */
  issuer: string;
  /** What the tokens have in `aud`: Redspot's name at the issuer. */
  audience: string;
  algorithms: readonly SignatureAlgorithm[];
  /** The claim with the scopes: its name, or its path by dots. */
  scopeClaim: string;
  /** What the issuer's own words mean; without any, they are `redspot:store` and so on. */
  grants: ReadonlyMap<string, ReadonlySet<Scope>>;
}

/** How far the issuer's clock and ours may differ. */
const CLOCK_TOLERANCE_SECONDS = 30;
/**
 * Knows who presents a JSON Web Token of an OpenID Connect issuer (RFC 7519): signed with a key that the issuer
 * publishes (see IssuerKeys), in an algorithm that is configured, for this audience, and within its time. A token that
 * cannot be checked for want of keys is answered 503, not 401: it may be right.
 */
export function oidcScheme({ issuer, audience, algorithms, scopeClaim, grants }: OidcOptions): Scheme {
  const keys = new IssuerKeys(issuer);
  return {
    async identify({ token }) {
      if (token === undefined || !/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) return undefined;
      let claims: JWTPayload;
      try {
        const verified = await jwtVerify(token, (header, jws) => keys.keyOf(header, jws), {
          issuer,
          audience,
          algorithms: [...algorithms],
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          requiredClaims: ["exp"],
        });
        claims = verified.payload;
      } catch (error) {
        throw refusalOf(error);
      }
      const words = wordsOf(claims, scopeClaim);
      const scopes = words.flatMap((word) => (grants.size > 0 ? [...(grants.get(word) ?? [])] : (scopeOf(word) ?? [])));
      return { name: `oidc:${nameIn(claims)}`, scopes: new Set(scopes) };
    },
    describe: () => ({
      scheme: "oidc",
      issuer,
      audience,
      algorithms,
      keysFetchedAt: keys.fetchedAt?.toISOString() ?? null,
    }),
  };
}

/** What a token is refused for. Nothing of the token is in it but the name of a claim. */
function refusalOf(error: unknown): AccessError {
  if (error instanceof IssuerAway) return new AccessError("ISSUER_AWAY", undefined, { "retry-after": "10" });
  if (error instanceof errors.JWTExpired) return tokenInvalid("the token has expired");
  if (error instanceof errors.JWTClaimValidationFailed && /^\w{1,16}$/.test(error.claim)) {
    return tokenInvalid(`the token's ${error.claim} is not accepted`);
  }
  if (error instanceof errors.JWKSNoMatchingKey) return tokenInvalid("the issuer publishes no key for this token");
  if (error instanceof errors.JOSEAlgNotAllowed) return tokenInvalid("the token's algorithm is not accepted");
  return tokenInvalid("the token is not valid");
}

/** The words of a claim: OAuth's `scope`, words with spaces between them (RFC 8693 4.2), or a list, as of roles. */
function wordsOf(claims: JWTPayload, claim: string): string[] {
  const at = (value: unknown, name: string) => (value as Record<string, unknown> | undefined | null)?.[name];
  const value = claims[claim] ?? claim.split(".").reduce<unknown>(at, claims);
  const words: unknown[] = typeof value === "string" ? value.split(" ") : Array.isArray(value) ? value : [];
  return words.filter((word) => typeof word === "string");
}

/** Of a name that people read no more is kept than leaves room for the subject, which tells them apart. */
const LONGEST_USERNAME = 48;

/**
 * Whom a token speaks for. A client that got it for itself goes by its own name. Who has signed in goes by their subject
 * (`sub`), which no two have, behind the name that people read and a slash, which no claim keeps: the client is the same
 * for all who sign in by it, and an access token names it in any case (RFC 9068 2.2).
 */
function nameIn(claims: JWTPayload): string {
  const [client, user, subject] = [claims.client_id ?? claims.azp, claims.preferred_username, claims.sub].map(
    (claim) => (typeof claim === "string" && claim !== "" ? claim.replace(/[^\w.@:|-]/g, "_") : undefined),
  );
  if (subject === undefined) return (client ?? "unnamed").slice(0, 128);
  if (client !== undefined && isOfClient({ client, user, subject })) return client.slice(0, 128);
  return [...(user === undefined ? [] : [user.slice(0, LONGEST_USERNAME)]), subject].join("/").slice(0, 128);
}

/** Whether a client got a token for itself: its subject is the client (RFC 9068 2.2), as Auth0 and as Keycloak write that. */
function isOfClient({ client, user, subject }: { client: string; user: string | undefined; subject: string }): boolean {
  return [client, `${client}@clients`].includes(subject) || user === `service-account-${client.toLowerCase()}`;
}
