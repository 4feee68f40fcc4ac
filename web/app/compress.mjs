// Leaves a compressed copy beside each file of dist/assets that grows smaller by it; resolvers/pages.py hands them out.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const folder = new URL("dist/assets/", import.meta.url);
for (const name of await readdir(folder)) {
  if (!/\.(js|css|svg)$/.test(name)) continue;
  const content = await readFile(new URL(name, folder));
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  await writeFile(new URL(`${name}.br`, folder), brotliCompressSync(content, quality));
  await writeFile(new URL(`${name}.gz`, folder), gzipSync(content, { level: 9 }));
}
