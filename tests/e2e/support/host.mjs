// A static host as dull as GitHub Pages: files below a path, no headers of its own but the one Pages sends
// (`Access-Control-Allow-Origin: *`), no rewriting, 404 for the rest.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const DIST = fileURLToPath(new URL("../../../dist/", import.meta.url));

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

/** The file below `dist` that a request path asks for, or null when it asks for something outside. */
export function fileFor(path, prefix) {
  if (!path.startsWith(prefix)) return null;
  const relative = normalize(decodeURIComponent(path.slice(prefix.length)) || ".");
  if (relative.startsWith("..")) return null;
  return relative === "." || relative.endsWith("/") ? join(relative, "index.html") : relative;
}

/**
 * Serves the built page below `prefix` on a free port of the loopback interface.
 *
 * `pages` are further documents, by path: a course page that frames ours, for instance.
 */
export async function startHost({ dist = DIST, prefix = "/", pages = {}, cors = true } = {}) {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://host").pathname;
    const headers = cors ? { "Access-Control-Allow-Origin": "*" } : {};
    if (path in pages) {
      response.writeHead(200, { ...headers, "Content-Type": TYPES[".html"] }).end(pages[path]);
      return;
    }
    const file = fileFor(path, prefix);
    try {
      if (file === null) throw new Error("outside");
      const body = await readFile(join(dist, file));
      const type = TYPES[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { ...headers, "Content-Type": type }).end(body);
    } catch {
      response.writeHead(404, { ...headers, "Content-Type": TYPES[".txt"] }).end("not found");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    origin,
    url: origin + prefix,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
