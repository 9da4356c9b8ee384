/**
 * What somebody may do: `store` instances, `read` the reading list with all that it shows, `work` through it (take,
 * complete, pin, and all of UPS-RS that changes something), `admin`ister, which is to see how the service is protected,
 * and see the `metrics`. None includes another.
 */
export const SCOPES = ["store", "read", "work", "admin", "metrics"] as const;
export type Scope = (typeof SCOPES)[number];

/** Who asks, as far as Redspot knows: a name for logs and limits, and what they may do. */
export interface Identity {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** What a request shows of who sends it. */
export interface Credentials {
  /** Bearer token (RFC 6750). */
  readonly token?: string | undefined;
  /** Names in a client certificate that was verified. */
  readonly certificateNames?: readonly string[] | undefined;
}

/** One way to know who asks. */
export interface Scheme {
  /**
   * Whose the credentials are; undefined where this scheme does not know them. Throws an AccessError where they are of
   * this scheme, and wrong.
   */
  identify(credentials: Credentials): Promise<Identity | undefined>;
  /** How the scheme is set up, without anything secret. */
  describe(): Record<string, unknown>;
}

/** Tries the schemes in their order. */
export async function identify(schemes: readonly Scheme[], credentials: Credentials): Promise<Identity | undefined> {
  for (const scheme of schemes) {
    const identity = await scheme.identify(credentials);
    if (identity !== undefined) return identity;
  }
  return undefined;
}

/** The scope of a word: `store`, or `redspot:store` as OAuth would have it. */
export function scopeOf(word: string): Scope | undefined {
  const name = word.replace(/^redspot:/, "");
  return SCOPES.find((scope) => scope === name);
}

/**
 * Reads lines or a list by commas of `NAME=store+read`: who may do what. Throws a RangeError that tells which entry is
 * wrong, by its number.
 */
export function parseGrants(text: string): Map<string, ReadonlySet<Scope>> {
  const grants = new Map<string, ReadonlySet<Scope>>();
  for (const [index, entry] of entriesOf(text).entries()) {
    const [, name, words] = /^(.+)=([^=]*)$/.exec(entry) ?? [];
    const scopes = words === undefined ? undefined : parseScopes(words);
    if (!name || scopes === undefined || grants.has(name)) {
      throw new RangeError(
        `entry ${index + 1} is not NAME=SCOPE+SCOPE with a name of its own and ${SCOPES.join(", ")}`,
      );
    }
    grants.set(name, scopes);
  }
  return grants;
}

/** The scopes of `store+read`; undefined where a word is none. */
export function parseScopes(text: string): ReadonlySet<Scope> | undefined {
  const scopes = text.split("+").map((word) => scopeOf(word.trim()));
  return scopes.includes(undefined) ? undefined : new Set(scopes as Scope[]);
}

/** The entries of a list by commas or lines; a line that starts with # is a comment. */
export function entriesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .filter((line) => !/^\s*#/.test(line))
    .flatMap((line) => line.split(","))
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}
