import { join, relative, resolve } from "node:path";
import { Command } from "commander";
import { buildSite } from "./build-site.ts";

const root = join(import.meta.dirname, "..", "..");

new Command("npm run site --")
  .description("Builds the documentation as a site: files that need no server, and nothing from elsewhere.")
  .option("--out <folder>", "where to", join(root, "site", "built"))
  .action(({ out }: { out: string }) => {
    const folder = resolve(out);
    const { pages, files } = buildSite(root, folder);
    process.stdout.write(
      `${pages} pages, and ${files} pictures and files that they lead to: ${join(relative(process.cwd(), folder), "index.html")}\n`,
    );
  })
  .parse();
