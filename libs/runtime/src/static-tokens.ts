import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { entriesOf, type Identity, parseScopes, type Scheme, type Scope } from "./identity.ts";

/** A bearer token that a site has given out: whose it is, what it opens, and its SHA-256. The token itself is nowhere. */
export interface StaticToken extends Identity {
  readonly sha256: Buffer;
}

const ENTRY = /^(?<name>[\w.@-]{1,64}):(?<scopes>[a-z+]+):sha256-(?<sha256>[0-9a-f]{64})$/;

/**
 * Reads `NAME:SCOPE+SCOPE:sha256-HEX`, by commas or lines. Throws a RangeError that names the wrong entry by its number
 * and repeats nothing of it: it may be a token in clear.
 */
export function parseStaticTokens(text: string): StaticToken[] {
  const names = new Set<string>();
  return entriesOf(text).map((entry, index) => {
    const { name, scopes: words, sha256 } = ENTRY.exec(entry)?.groups ?? {};
    const scopes = parseScopes(words ?? "");
    if (!name || !sha256 || scopes === undefined || names.has(name)) {
      throw new RangeError(
        `entry ${index + 1} is not NAME:SCOPES:sha256-HEX with a name of its own; npm run token makes one`,
      );
    }
    names.add(name);
    return { name, scopes, sha256: Buffer.from(sha256, "hex") };
  });
}

/** The entry by which a service knows a token. */
export function staticTokenEntry({ name, scopes }: { name: string; scopes: readonly Scope[] }, token: string): string {
  return `${name}:${scopes.join("+")}:sha256-${digestOf(token).toString("hex")}`;
}

/**
 * A new token: 256 random bits, which nobody guesses however fast they hash. That is why one round of SHA-256 is enough
 * for it, and would not be for a password.
 */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Knows who presents one of the tokens: by digest, and in time that does not tell how far one was right. */
export function staticTokenScheme(tokens: readonly StaticToken[]): Scheme {
  return {
    async identify({ token }) {
      if (token === undefined) return undefined;
      const presented = digestOf(token);
      let found: StaticToken | undefined;
      for (const known of tokens) if (timingSafeEqual(known.sha256, presented)) found = known;
      return found && { name: `token:${found.name}`, scopes: found.scopes };
    },
    describe: () => ({ scheme: "token", tokens: tokens.map(({ name, scopes }) => ({ name, scopes: [...scopes] })) }),
  };
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
