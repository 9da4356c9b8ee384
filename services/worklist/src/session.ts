import { createHmac, timingSafeEqual } from "node:crypto";

const COOKIE = "redspot-session";

/** How long a browser stays signed in: a long shift. */
const SESSION_SECONDS = 12 * 3600;

interface SessionOptions {
  tokens: readonly string[];
  /** Whether the cookie may travel by https only. */
  secure: boolean;
  now: () => Date;
}

/**
 * Browser sessions without a store: the cookie holds when it ends, and an HMAC of that under the token that opened it.
 * It does not hold the token, ends by itself, and is worthless once the token is withdrawn.
 */
export class Sessions {
  readonly #options: SessionOptions;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** The Set-Cookie value that opens a session with a token that was checked before (RFC 6265). */
  open(token: string): string {
    const ends = String(Math.floor(this.#options.now().getTime() / 1000) + SESSION_SECONDS);
    return this.#cookie(`${ends}.${sign(token, ends)}`, SESSION_SECONDS);
  }

  /** The Set-Cookie value that ends a session. */
  close(): string {
    return this.#cookie("", 0);
  }

  /** Whether a Cookie header carries a session that has not ended. */
  isOpen(cookieHeader: string | undefined): boolean {
    const [ends, signature] = sessionIn(cookieHeader)?.split(".") ?? [];
    if (!ends || !signature || !/^\d{1,12}$/.test(ends)) return false;
    if (Number(ends) * 1000 <= this.#options.now().getTime()) return false;
    return this.#options.tokens.reduce((found, token) => isSame(sign(token, ends), signature) || found, false);
  }

  #cookie(value: string, seconds: number): string {
    const secure = this.#options.secure ? "; Secure" : "";
    return `${COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
  }
}

function sign(token: string, ends: string): string {
  return createHmac("sha256", token).update(`redspot session until ${ends}`).digest("base64url");
}

function isSame(expected: string, presented: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(presented)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}

function sessionIn(cookieHeader = ""): string | undefined {
  const pairs = cookieHeader.split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}
