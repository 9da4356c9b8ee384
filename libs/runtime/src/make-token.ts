/** `npm run token`: a bearer token for a sender or a reader, and the entry by which the services know it. */
import { parseArgs } from "node:util";
import { SCOPES, scopeOf } from "./identity.ts";
import { newToken, parseStaticTokens, staticTokenEntry } from "./static-tokens.ts";

const HELP = `Makes a bearer token, and the entry of REDSPOT_TOKENS by which the services know it. The entry holds only the
token's SHA-256: keep the token for who is to present it, it is nowhere else.

  npm run token -- --name NAME --scope SCOPE [--scope SCOPE]

  --name    whose it is, for logs and limits: letters, digits and . _ @ -
  --scope   store (send instances), read (the reading list), work (take, complete, pin) or admin (see how the service
            is protected)
  --help    this
`;

function fail(message: string): never {
  process.stderr.write(`${message}\n\n${HELP}`);
  process.exit(2);
}

try {
  const { values } = parseArgs({
    options: {
      name: { type: "string" },
      scope: { type: "string", multiple: true },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  const { name = "", scope: words = [] } = values;
  if (!/^[\w.@-]{1,64}$/.test(name)) fail("--name is missing, or not made of up to 64 letters, digits and . _ @ -");
  const scopes = words
    .flatMap((word) => word.split(/[+,]/))
    .map((word) => scopeOf(word) ?? fail(`--scope: ${word} is none of ${SCOPES.join(", ")}`));
  if (scopes.length === 0) fail("--scope is missing");
  const token = newToken();
  const entry = staticTokenEntry({ name, scopes }, token);
  parseStaticTokens(entry);
  process.stdout.write(`token   ${token}\nentry   ${entry}\n`);
} catch (error) {
  fail((error as Error).message);
}
