// Print the licence of each package that went into the bundles.
import { existsSync, readFileSync, readdirSync } from "node:fs";

const names = readdirSync("node_modules").flatMap((name) =>
  name.startsWith("@") ? readdirSync(`node_modules/${name}`).map((inner) => `${name}/${inner}`) : [name],
);
for (const name of names.filter((one) => !one.startsWith(".") && !one.includes("esbuild")).sort()) {
  const folder = `node_modules/${name}`;
  const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE"].map((one) => `${folder}/${one}`).find(existsSync);
  console.log(`${name} ${version} (${license})\n`);
  console.log(file ? `${readFileSync(file, "utf8").trim()}\n` : "");
  console.log("-".repeat(72) + "\n");
}
