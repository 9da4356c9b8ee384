import { EncryptJWT, jwtDecrypt } from "jose";

const COOKIE = "redspot-session";

/** How long a browser stays signed in: a long shift. */
const SESSION_SECONDS = 12 * 3600;

/** What a browser keeps in one cookie (RFC 6265 6.1), less name and attributes. */
const LONGEST_COOKIE = 3800;

interface SessionOptions {
  /** A key of 32 bytes that all worklist services of an installation share. */
  key: () => Promise<Uint8Array>;
  now: () => Date;
}

/**
 * Browser sessions without a store: the cookie is the token that opened it, and when it ends, in an envelope that only
 * this installation can make or open (JWE, RFC 7516, with AES-256-GCM). The token is checked anew with each request, so
 * that a session opens no more than its token does, and is worthless once that is withdrawn or has expired.
 */
export class Sessions {
  readonly #options: SessionOptions;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** The Set-Cookie value that opens a session with a token that was checked before; undefined where it is too long. */
  async open(token: string, { secure }: { secure: boolean }): Promise<string | undefined> {
    const ends = Math.floor(this.#options.now().getTime() / 1000) + SESSION_SECONDS;
    const envelope = await new EncryptJWT({ token })
      .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
      .setExpirationTime(ends)
      .encrypt(await this.#options.key());
    return envelope.length > LONGEST_COOKIE ? undefined : cookie(envelope, SESSION_SECONDS, secure);
  }

  /** The Set-Cookie value that ends a session. */
  close({ secure }: { secure: boolean }): string {
    return cookie("", 0, secure);
  }

  /** The token of the session in a Cookie header, if there is one and it has not ended. */
  async tokenIn(cookieHeader: string | undefined): Promise<string | undefined> {
    const envelope = sessionIn(cookieHeader);
    if (!envelope) return undefined;
    const key = await this.#options.key();
    const opened = await jwtDecrypt(envelope, key, {
      currentDate: this.#options.now(),
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
    }).catch(() => undefined);
    return typeof opened?.payload.token === "string" ? opened.payload.token : undefined;
  }
}

function cookie(value: string, seconds: number, secure: boolean): string {
  return `${COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
}

function sessionIn(cookieHeader = ""): string | undefined {
  const pairs = cookieHeader.split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}
