import assert from "node:assert/strict";
import { test } from "node:test";
import { readMarkdown } from "./read-markdown.ts";

test("headings have the anchors that a forge gives them, also where two are alike", () => {
  const { title, headings } = readMarkdown("# A `page`, & more\n\n## TLS 1.2\n\n### It's *here*\n\n## TLS 1.2\n");
  assert.equal(title, "A page, & more");
  assert.deepEqual(
    headings.map(({ anchor }) => anchor),
    ["a-page--more", "tls-12", "its-here", "tls-12-1"],
  );
});

test("links are found wherever they stand, and none in code", () => {
  const text =
    "# A\n\n| [x](x.md) | ![y](y.png) |\n|---|---|\n| - | **[z](z.md#a)** |\n\n`[no](no.md)`\n\n```\n[no](no.md)\n```\n";
  assert.deepEqual(
    readMarkdown(text).links.map(({ target, kind }) => `${kind} ${target}`),
    ["link x.md", "image y.png", "link z.md#a"],
  );
});

test("what is searched is words, without markup, below the heading that they stand under", () => {
  const text =
    '# A\n\nOne **two** `three`.\n\n## B\n\n| four | five |\n|---|---|\n| "six" | x < y |\n\n- seven\n- eight\n';
  assert.deepEqual(
    readMarkdown(text).sections.map(({ text: words }) => words),
    ["One two three.", 'four five "six" x < y seven eight'],
  );
});

test("a page without a heading of the first level is refused", () => {
  assert.throws(() => readMarkdown("## B\n"), /heading of the first level/);
});
