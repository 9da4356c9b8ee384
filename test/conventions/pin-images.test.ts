/** Digests of images, asked of a small registry that speaks as the OCI Distribution Specification has it. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { digestOf, type ImageReference, imagesIn, pinnedValues, pinText, RegistryError } from "@redspot/deploy";
import { parse } from "yaml";

const root = join(import.meta.dirname, "..", "..");
const manifest = (repository: string, tag: string) => JSON.stringify({ schemaVersion: 2, of: `${repository}:${tag}` });
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
    if (tag === "gone") return void response.writeHead(404).end();
    const said = tag === "lies" ? hashOf("other") : hashOf(manifest(repository, tag));
    response.writeHead(200, { "docker-content-digest": said }).end(manifest(repository, tag));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

const referenceIn = (image: string): ImageReference => imagesIn("Dockerfile", `FROM ${image} AS one\n`)[0]!;

describe("the digest of an image", () => {
  test("is that of what the registry gives for the tag, of all platforms if it has an index", async () => {
    asked = [];
    assert.equal(
      await digestOf(referenceIn(`${host}/library/redis:7.4.2`)),
      hashOf(manifest("library/redis", "7.4.2")),
    );
    assert.deepEqual(
      asked.map(({ url }) => url),
      ["/v2/library/redis/manifests/7.4.2"],
    );
    assert.match(asked[0]!.accept, /^application\/vnd\.oci\.image\.index\.v1\+json/);
  });

  test("is asked with the token that a registry hands to everybody", async () => {
    assert.equal(
      await digestOf(referenceIn(`${host}/guarded/orthanc:25.2.0`)),
      hashOf(manifest("guarded/orthanc", "25.2.0")),
    );
  });

  for (const [image, code] of [
    ["library/redis:gone", "REFUSED"],
    ["account/only:1", "REFUSED"],
    ["library/redis:lies", "UNCLEAR"],
  ]) {
    test(`of ${image} is not known: ${code}`, async () => {
      await assert.rejects(
        digestOf(referenceIn(`${host}/${image}`)),
        (error) => error instanceof RegistryError && error.code === code,
      );
    });
  }

  test("is not known where the registry is away", async () => {
    await assert.rejects(digestOf(referenceIn("127.0.0.1:9/library/redis:7")), { code: "UNREACHABLE" });
  });
});

describe("references", () => {
  test("without a registry are Docker Hub's", () => {
    const { registry, repository, tag } = referenceIn("node:24-slim");
    assert.deepEqual([registry, repository, tag], ["docker.io", "library/node", "24-slim"]);
    assert.deepEqual(referenceIn("prom/prometheus:v3.5.0").repository, "prom/prometheus");
    assert.deepEqual(referenceIn("ghcr.io/a/b").tag, "latest");
  });

  test("in our own files are all found, and none of what is built here", () => {
    const found = (file: string) =>
      imagesIn(file, readFileSync(join(root, file), "utf8")).map(({ repository }) => repository);
    assert.deepEqual(found("Dockerfile"), ["library/node", "nvidia/cuda"]);
    assert.deepEqual(found("docker-compose.yml"), [
      "library/redis",
      "orthancteam/orthanc",
      "prom/prometheus",
      "prom/alertmanager",
      "grafana/grafana",
    ]);
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

  test("of our own images become values of the chart", () => {
    const values = parse(pinnedValues("registry.example.org", "0.1.0", { stow: hashOf("1") }));
    assert.deepEqual(values, {
      image: { registry: "registry.example.org", tag: "0.1.0", digests: { stow: hashOf("1") } },
    });
  });
});
