import assert from "node:assert/strict";
import { test } from "node:test";
import { readMarkdown } from "./read-markdown.ts";
import { renderMarkdown } from "./render-markdown.ts";

const rendered = (text: string) => renderMarkdown(readMarkdown(text), (target) => `to:${target}`);

test("headings can be linked to, links and pictures lead where the site has them", () => {
  const html = rendered("# A\n\n## B c\n\n[x](x.md) ![a < b](y.png)\n");
  assert.match(html, /<h1 id="a">A<\/h1>/);
  assert.match(html, /<h2 id="b-c">B c <a class="anchor" href="#b-c" aria-label="Link to: B c">/);
  assert.match(html, /<a href="to:x\.md">x<\/a>/);
  assert.match(html, /<img src="to:y\.png" alt="a &lt; b" loading="lazy">/);
});

test("a table without words in its head has no head, and what is wide can be scrolled by keyboard", () => {
  const html = rendered("# A\n\n| | |\n|---|---|\n| `a` | b |\n\n| x | |\n|---|---|\n| c | d |\n\n```\n<code>\n```\n");
  assert.equal(html.match(/<thead>/g)?.length, 1);
  assert.match(html, /<thead><tr><th>x<\/th><td><\/td><\/tr>/);
  assert.equal(html.match(/role="group" tabindex="0" aria-label="(Table|Code) \d"/g)?.length, 3);
  assert.match(html, /<pre><code>&lt;code&gt;<\/code><\/pre>/);
});

test("HTML in a page is text, and a comment is nothing", () => {
  const html = rendered("<!-- written by a program -->\n\n# A\n\n<script>alert(1)</script>\n");
  assert.ok(!html.includes("written by"));
  assert.ok(!html.includes("<script>"));
  assert.match(html, /&lt;script&gt;/);
});
