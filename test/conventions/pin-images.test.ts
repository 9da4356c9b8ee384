/** Digests of images, asked of a small registry that speaks as the OCI Distribution Specification has it. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  findImage,
  IMAGE_FILES,
  type ImageReference,
  imagesIn,
  pinnedValues,
  pinText,
  RegistryError,
  referenceOf,
  sayState,
  stateOf,
} from "@redspot/deploy";
import { parse } from "yaml";

const root = join(import.meta.dirname, "..", "..");
const platform = (os: string, architecture: string, variant?: string) => ({ platform: { os, architecture, variant } });
const manifests = [platform("linux", "amd64"), platform("linux", "arm", "v7"), platform("unknown", "unknown")];
const manifest = (repository: string, tag: string) =>
  JSON.stringify({ schemaVersion: 2, of: `${repository}:${tag}`, ...(tag === "single" ? {} : { manifests }) });
/** What a tag stood for before. */
const OLDER = "older";
const hashOf = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

let server: Server;
let host: string;
let asked: { url: string; accept: string; authorization: string | undefined }[] = [];

before(async () => {
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://registry");
    const { authorization, accept = "" } = request.headers;
    asked.push({ url: request.url ?? "", accept, authorization });
    if (pathname === "/token") {
      return void response.end(JSON.stringify({ token: `for ${searchParams.get("scope")}` }));
    }
    const [, repository = "", tag = ""] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(pathname) ?? [];
    const scope = `repository:${repository}:pull`;
    if (repository.startsWith("guarded/") && authorization !== `Bearer for ${scope}`) {
      const challenge = `Bearer realm="http://${host}/token",service="registry",scope="${scope}"`;
      return void response.writeHead(401, { "www-authenticate": challenge }).end();
    }
    if (repository === "account/only") return void response.writeHead(401, { "www-authenticate": "Basic" }).end();
    if (tag === hashOf(manifest(repository, OLDER))) return void response.end(manifest(repository, OLDER));
    if (tag === hashOf("lies")) return void response.end(manifest(repository, OLDER));
    if (tag === "gone" || tag.startsWith("sha256:")) return void response.writeHead(404).end();
    const said = tag === "lies" ? hashOf("other") : hashOf(manifest(repository, tag));
    response.writeHead(200, { "docker-content-digest": said }).end(manifest(repository, tag));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

const referenceIn = (image: string): ImageReference => imagesIn("Dockerfile", `FROM ${image} AS one\n`)[0]!;

const findByTag = (reference: ImageReference) => findImage(reference, reference.tag);

describe("an image", () => {
  test("is known by what the registry gives for its tag: of all platforms, if that is an index", async () => {
    asked = [];
    assert.deepEqual(await findByTag(referenceIn(`${host}/library/redis:7.4.2`)), {
      digest: hashOf(manifest("library/redis", "7.4.2")),
      platforms: ["linux/amd64", "linux/arm/v7"],
    });
    assert.deepEqual(
      asked.map(({ url }) => url),
      ["/v2/library/redis/manifests/7.4.2"],
    );
    assert.match(asked[0]!.accept, /^application\/vnd\.oci\.image\.index\.v1\+json/);
    assert.deepEqual((await findByTag(referenceIn(`${host}/library/redis:single`))).platforms, []);
  });

  test("is asked for with the token that a registry hands to everybody", async () => {
    const { digest } = await findByTag(referenceIn(`${host}/guarded/orthanc:25.2.0`));
    assert.equal(digest, hashOf(manifest("guarded/orthanc", "25.2.0")));
  });

  for (const [image, code] of [
    ["library/redis:gone", "UNKNOWN"],
    ["account/only:1", "REFUSED"],
    ["library/redis:lies", "UNCLEAR"],
  ]) {
    test(`${image} is not known: ${code}`, async () => {
      await assert.rejects(
        findByTag(referenceIn(`${host}/${image}`)),
        (error) => error instanceof RegistryError && error.code === code,
      );
    });
  }

  test("by a digest is believed by its bytes alone", async () => {
    const reference = referenceIn(`${host}/library/redis:7.4.2`);
    await assert.rejects(findImage(reference, hashOf("lies")), { code: "UNCLEAR" });
  });

  test("is not known where the registry is away", async () => {
    await assert.rejects(findByTag(referenceIn("127.0.0.1:9/library/redis:7")), { code: "UNREACHABLE" });
  });

  const now = hashOf(manifest("library/redis", "7"));
  const before = hashOf(manifest("library/redis", OLDER));
  for (const [digest, state, said] of [
    ["", "unpinned", /is not pinned; it is sha256:/],
    [`@${now}`, "current", /is what it is pinned to \(linux\/amd64, linux\/arm\/v7\)$/],
    [`@${before}`, "older", /is pinned to an older image, which the registry has .*by now it is sha256:/],
    [`@${hashOf("nothing")}`, "unknown", /which the registry does not have/],
  ] as const) {
    test(`is ${state} by what it is pinned to${digest === "" ? "" : ` (${digest.slice(0, 12)}…)`}`, async () => {
      const reference = referenceOf(`${host}/library/redis:7${digest}`);
      const found = await stateOf(reference);
      assert.deepEqual([found.state, found.digest], [state, now]);
      assert.match(sayState(reference, found), said);
    });
  }
});

describe("references", () => {
  test("without a registry are Docker Hub's", () => {
    const { registry, repository, tag } = referenceIn("node:24-slim");
    assert.deepEqual([registry, repository, tag], ["docker.io", "library/node", "24-slim"]);
    assert.deepEqual(referenceIn("prom/prometheus:v3.5.0").repository, "prom/prometheus");
    assert.deepEqual(referenceIn("ghcr.io/a/b").tag, "latest");
  });

  const ours = IMAGE_FILES.map((file) => [file, imagesIn(file, readFileSync(join(root, file), "utf8"))] as const);

  test("in our own files are all found, and none of what is built here", () => {
    const found = ours.map(([file, images]) => [file, ...images.map(({ repository }) => repository)]);
    assert.deepEqual(found, [
      ["Dockerfile", "library/node", "nvidia/cuda"],
      [
        "docker-compose.yml",
        "library/redis",
        "orthancteam/orthanc",
        "prom/prometheus",
        "prom/alertmanager",
        "grafana/grafana",
      ],
      ["helm/redspot/values.yaml", "library/redis"],
      ["libs/testbed/src/orthanc-container.ts", "orthancteam/orthanc"],
      ["libs/testbed/src/redis-container.ts", "library/redis"],
    ]);
  });

  test("are of a release, and by their digests", () => {
    for (const [file, images] of ours) {
      for (const { text, tag, digest } of images) {
        assert.match(tag, /^v?\d+\.\d+\.\d+(-|$)/, `${file}: ${text}`);
        assert.match(digest ?? "", /^sha256:[0-9a-f]{64}$/, `${file}: ${text}`);
      }
    }
  });

  test("are the same wherever one image is named, and the decision says where each digest is from", () => {
    const decision = readFileSync(join(root, "docs", "decisions", "0074-digests-as-others-have-them.md"), "utf8");
    const known = new Map<string, string>();
    for (const [file, images] of ours) {
      for (const { registry, repository, tag, digest } of images) {
        const written = `${tag}@${digest}`;
        const same = known.get(`${registry}/${repository}`) ?? written;
        assert.equal(written, same, `${file}: ${repository}`);
        known.set(`${registry}/${repository}`, same);
        assert.ok(decision.includes(`${tag}\` | \`${digest}\``), `${repository}:${tag}`);
      }
    }
  });

  test("are pinned wherever they stand, again where the tag has moved, and nothing else changes", () => {
    const [one, two] = [hashOf("1"), hashOf("2")];
    const text = "FROM node:24-slim AS packages\nFROM other/node:24-slim\nFROM node:24-slim-extra\nFROM node:24-slim\n";
    const pinned = pinText(text, new Map([[referenceIn("node:24-slim"), one]]));
    assert.equal(
      pinned,
      `FROM node:24-slim@${one} AS packages\nFROM other/node:24-slim\nFROM node:24-slim-extra\nFROM node:24-slim@${one}\n`,
    );
    const [reference] = imagesIn("Dockerfile", pinned);
    assert.equal(reference?.digest, one);
    assert.equal(pinText(pinned, new Map([[reference!, two]])), pinned.replaceAll(one, two));
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Compose's own placeholder.
    const compose = "    image: ${REDSPOT_REDIS_IMAGE:-redis:7.4.2-alpine}\n";
    const [redis] = imagesIn("docker-compose.yml", compose);
    assert.equal(
      pinText(compose, new Map([[redis!, one]])),
      `    image: \${REDSPOT_REDIS_IMAGE:-redis:7.4.2-alpine@${one}}\n`,
    );
  });

  test("are pinned where a chart's values spread them over two lines", () => {
    const values = (tag: string) => `  image:\n    repository: docker.io/library/redis\n    # Why.\n    tag: ${tag}\n`;
    const [one, two] = [hashOf("1"), hashOf("2")];
    const [redis] = imagesIn("values.yaml", values("7.4.2-alpine"));
    assert.equal(redis?.text, "docker.io/library/redis:7.4.2-alpine");
    const pinned = pinText(values("7.4.2-alpine"), new Map([[redis!, one]]));
    assert.equal(pinned, values(`7.4.2-alpine@${one}`));
    const [again] = imagesIn("values.yaml", pinned);
    assert.equal(again?.digest, one);
    assert.equal(pinText(pinned, new Map([[again!, two]])), values(`7.4.2-alpine@${two}`));
  });

  test("of our own images become values of the chart", () => {
    const values = parse(pinnedValues("registry.example.org", "0.1.0", { stow: hashOf("1") }));
    assert.deepEqual(values, {
      image: { registry: "registry.example.org", tag: "0.1.0", digests: { stow: hashOf("1") } },
    });
  });
});
