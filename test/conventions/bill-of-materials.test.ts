/** Holds the bills of materials to CycloneDX's schema, to package-lock.json and to the licences that are allowed. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Bom, billOfMaterials, IMAGES, type ImageName, REMOVED_SCOPE, unlicensed } from "@redspot/deploy";
import { Ajv } from "ajv";
import { neededBy } from "./needed-packages.ts";

const root = join(import.meta.dirname, "..", "..");
const library = dirname(fileURLToPath(import.meta.resolve("@cyclonedx/cyclonedx-library/package.json")));
const schemaOf = (name: string) =>
  JSON.parse(readFileSync(join(library, "res", "schema", `${name}.SNAPSHOT.schema.json`), "utf8"));
const isCycloneDx = new Ajv({ strict: false, validateFormats: false, allErrors: true })
  .addSchema(schemaOf("spdx"), "http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json")
  .addSchema(schemaOf("jsf-0.82"), "http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json")
  .compile(schemaOf("bom-1.5"));

describe("the bills of materials", () => {
  for (const image of Object.keys(IMAGES) as ImageName[]) {
    test(`${image}: all that runs is in it, by its exact version, and the form is CycloneDX 1.5`, () => {
      const bom = billOfMaterials(root, image);
      assert.equal(bom.specVersion, "1.5");
      assert.ok(isCycloneDx(bom), JSON.stringify(isCycloneDx.errors?.slice(0, 3)));
      const listed = new Set(bom.components.map(({ name, version }) => `${name}@${version}`));
      const wanted = neededBy(root, IMAGES[image]);
      assert.ok(wanted.size > 60);
      assert.deepEqual([...wanted.difference(listed)], []);
      for (const service of IMAGES[image]) {
        const manifest = JSON.parse(readFileSync(join(root, "services", service, "package.json"), "utf8"));
        for (const [name, version] of Object.entries(manifest.dependencies)) {
          assert.ok(listed.has(`${name}@${version}`), `${service} needs ${name}@${version}`);
        }
      }
      for (const { purl, version } of bom.components) {
        assert.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/, purl);
        assert.ok(purl.endsWith(`@${version}`), purl);
      }
      assert.deepEqual(unlicensed(bom), []);
      assert.equal(bom.metadata.component.name, `redspot/${image}`);
    });
  }

  test("are the same bytes each time", () => {
    assert.equal(JSON.stringify(billOfMaterials(root, "stow")), JSON.stringify(billOfMaterials(root, "stow")));
  });

  test("a licence that nobody looked at is found, and a package without one", () => {
    const component = (name: string, licence?: string) => ({
      name,
      version: "1.0.0",
      purl: `pkg:npm/${name}@1.0.0`,
      ...(licence === undefined ? {} : { licenses: [{ license: { id: licence } }] }),
    });
    const bom = { components: [component("good", "MIT"), component("other", "AGPL-3.0-only"), component("none")] };
    assert.deepEqual(unlicensed(bom as unknown as Bom), ["other@1.0.0: AGPL-3.0-only", "none@1.0.0: names no licence"]);
  });

  test("CycloneDX's schema finds what is wrong", () => {
    const bom = billOfMaterials(root, "stow");
    assert.equal(isCycloneDx({ ...bom, components: [{ type: "libary", name: "a" }] }), false);
    assert.equal(isCycloneDx({ ...bom, serialNumber: "1" }), false);
  });

  test("the Dockerfile puts into an image what its bill says", () => {
    const dockerfile = readFileSync(join(root, "Dockerfile"), "utf8");
    const [, beside = ""] = /kept="(admin [^"]+)"/.exec(dockerfile) ?? [];
    assert.deepEqual(beside.split(" "), [...IMAGES.admin]);
    const removed = [...dockerfile.matchAll(/rm -rf node_modules\/([^ ;]+)/g)].map(([, scope]) => scope);
    assert.deepEqual(removed, [REMOVED_SCOPE]);
  });
});
