import { createRemoteJWKSet, customFetch, errors, type FlattenedJWSInput, type JWSHeaderParameters } from "jose";
import { z } from "zod";
import { isConfidential } from "./is-confidential.ts";

/** After how long the issuer's keys are fetched again. */
const FRESH_MS = 10 * 60_000;
/** How long after a fetch an unknown key does not make another: forged tokens must not set us on the issuer. */
const COOLDOWN_MS = 10_000;
/** How long keys go on being trusted while the issuer does not answer. */
const STALE_MS = 24 * 3600_000;
const ANSWER_WITHIN_MS = 5_000;

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });
const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** The issuer does not answer, or not with its keys, and those that it published before are too old or too few. */
export class IssuerAway extends Error {
  override readonly name = "IssuerAway";
}

/**
 * The keys that an issuer publishes, by its discovery document (OpenID Connect Discovery 1.0, 4). They are fetched with
 * the first token, again every 10 minutes, and for a token of a key that is not among them. While the issuer does not
 * answer, keys that it published within the last 24 hours are trusted.
 */
export class IssuerKeys {
  readonly #issuer: string;
  readonly #remote: ReturnType<typeof createRemoteJWKSet>;
  #published: { keySet: unknown; at: number } | undefined;
  #isAway = false;

  constructor(issuer: string) {
    this.#issuer = issuer;
    this.#remote = createRemoteJWKSet(new URL(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`), {
      cacheMaxAge: FRESH_MS,
      cooldownDuration: COOLDOWN_MS,
      timeoutDuration: ANSWER_WITHIN_MS,
      // Discovery and keys as one: an issuer that moves its keys is followed.
      [customFetch]: async (url, options) => Response.json(await this.#fetch(url, options)),
    });
  }

  get fetchedAt(): Date | undefined {
    return this.#published && new Date(this.#published.at);
  }

  /** The key that a token says it is signed with. Throws IssuerAway, or what jose throws where there is none. */
  async keyOf(header: JWSHeaderParameters, token: FlattenedJWSInput) {
    try {
      return await this.#remote(header, token);
    } catch (error) {
      // The key may have been published while the issuer could not be asked.
      if (error instanceof errors.JWKSNoMatchingKey && this.#isAway)
        throw new IssuerAway("unknown key", { cause: error });
      throw error;
    }
  }

  async #fetch(discovery: string, options: RequestInit): Promise<unknown> {
    try {
      const { issuer, jwks_uri } = discoverySchema.parse(await jsonOf(discovery, options));
      if (issuer !== this.#issuer) throw new Error("the discovery document is another issuer's");
      if (!isConfidential(jwks_uri)) throw new Error("the issuer's keys are not served by https");
      this.#published = { keySet: keySetSchema.parse(await jsonOf(jwks_uri, options)), at: Date.now() };
      this.#isAway = false;
    } catch (error) {
      this.#isAway = true;
      if (this.#published === undefined || Date.now() - this.#published.at > STALE_MS) {
        throw new IssuerAway("no keys", { cause: error });
      }
    }
    return this.#published.keySet;
  }
}

async function jsonOf(url: string, options: RequestInit): Promise<unknown> {
  const response = await fetch(url, options);
  if (response.status !== 200) throw new Error(`it answers ${response.status}`);
  return response.json();
}
