// SHA-256 of a file of any size, piece by piece. The file never leaves the browser.
"use strict";

onmessage = async ({ data: { module, file } }) => {
  const { sha256 } = await import(module);
  const hash = sha256.create();
  const reader = file.stream().getReader();
  let done_bytes = 0;
  let told_at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    hash.update(value);
    done_bytes += value.length;
    if (performance.now() - told_at > 100) {
      told_at = performance.now();
      postMessage({ part: done_bytes / file.size });
    }
  }
  const digits = Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, "0")).join("");
  postMessage({ digits });
};
