/** What a request is refused for before its content is looked at: HTTP status and meaning. docs/errors.md is held to it. */
export const REFUSALS = {
  UNAUTHORIZED: { status: 401, meaning: "no credentials, or none that are known" },
  FORBIDDEN: { status: 403, meaning: "known credentials, but without the scope that this needs" },
  WRONG_HOST: { status: 403, meaning: "a service without credentials was addressed by another name than localhost" },
  TOO_MANY_REQUESTS: { status: 429, meaning: "more requests or bytes within a minute than the identity may send" },
  TOO_MANY_FAILURES: { status: 429, meaning: "too many wrong credentials from this address within a minute" },
  ISSUER_AWAY: { status: 503, meaning: "the token cannot be checked, because its issuer does not answer" },
} as const satisfies Record<string, { status: number; meaning: string }>;

export type RefusalCode = keyof typeof REFUSALS;

/** A request that may not be. Its message is for the sender to read, and holds nothing of what was presented. */
export class AccessError extends Error {
  override readonly name = "AccessError";
  readonly code: RefusalCode;
  readonly statusCode: number;
  /** Header fields of the answer. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: RefusalCode, detail?: string, headers: Readonly<Record<string, string>> = {}) {
    const { status, meaning } = REFUSALS[code];
    super(detail === undefined ? meaning : `${meaning}: ${detail}`);
    this.code = code;
    this.statusCode = status;
    this.headers = headers;
  }
}

/** 401 without an error code where nothing was presented (RFC 6750 3.1). */
export function credentialsMissing(detail?: string): AccessError {
  return new AccessError("UNAUTHORIZED", detail, { "www-authenticate": 'Bearer realm="redspot"' });
}

/** 401 `invalid_token`: expired, revoked, malformed, or not one that is known (RFC 6750 3.1). */
export function tokenInvalid(description: string): AccessError {
  const challenge = `Bearer realm="redspot", error="invalid_token", error_description="${description}"`;
  return new AccessError("UNAUTHORIZED", description, { "www-authenticate": challenge });
}

/** 403 `insufficient_scope` (RFC 6750 3.1). */
export function scopeMissing(scope: string): AccessError {
  const challenge = `Bearer realm="redspot", error="insufficient_scope", scope="redspot:${scope}"`;
  return new AccessError("FORBIDDEN", `redspot:${scope}`, { "www-authenticate": challenge });
}
