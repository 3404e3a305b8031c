// Files to be verified: receipts become text of the form, bundles are sent as they are, of recordings only the hash.
"use strict";

(() => {
  if (window.checks_files) return window.checks_files();

  const MOST_TEXT = 400_000;
  const TRIES = 4;
  const say = (zh, en) => (document.documentElement.lang.startsWith("zh") ? zh : en);
  const box = () => document.querySelector("[data-check]");

  function show() {
    const found = box();
    if (found) found.hidden = false;
  }

  function tell(text, part = null) {
    const bar = box().querySelector("progress");
    bar.hidden = part === null;
    bar.value = part ?? 0;
    box().querySelector("[data-said]").textContent = text;
  }

  function submit(text) {
    const form = document.querySelector("[data-check-form]");
    form.elements.text.value = text;
    form.requestSubmit();
  }

  function hash_of(file) {
    return new Promise((resolve, reject) => {
      const worker = new Worker(box().dataset.worker);
      worker.onerror = () => reject(new Error(say("无法读取文件。", "The file cannot be read.")));
      worker.onmessage = ({ data: { part, digits } }) => {
        if (digits === undefined) {
          return tell(say(`正在计算哈希值… ${Math.floor(part * 100)} %`, `Computing the hash… ${Math.floor(part * 100)} %`), part);
        }
        worker.terminate();
        resolve(digits);
      };
      worker.postMessage({ module: new URL(box().dataset.module, location.href).href, file });
    });
  }

  const REFUSALS = {
    401: () => say("登录已过期，请重新登录。", "Your session has ended: sign in again."),
    408: () => say("文件上传过慢。请换一个网络，或用脚本核验。", "The file came too slowly. Use a faster line, or the script."),
    413: () => say("文件过大。请用脚本在自己的电脑上核验。", "The file is too large. Verify it with the script."),
    429: () => say("请求过于频繁，请稍后再试。", "Too many requests: come back in a minute."),
    503: () => say("正在核验其他文件，请稍后再试，或用脚本核验。", "Other files are being verified: come back, or use the script."),
  };

  async function send(file, kind) {
    const { file: address, csrf } = box().dataset;
    const headers = { "Content-Type": "application/octet-stream", ...(csrf ? { "X-CSRF-Token": csrf } : {}) };
    for (let number = 1; ; number += 1) {
      tell(say("正在上传并核验…", "Uploading and verifying…"));
      const answer = await fetch(`${address}?kind=${kind}`, { method: "POST", body: file, headers });
      if (answer.ok && !answer.redirected) return answer.text();
      if (answer.status !== 503 || number === TRIES) {
        const why = answer.redirected ? REFUSALS[401] : REFUSALS[answer.status];
        throw new Error(why ? why() : say("核验失败，请用脚本核验。", "It could not be verified here: use the script."));
      }
      tell(say("正在核验其他文件，请稍候…", "Other files are being verified; please wait…"));
      await new Promise((resolve) => setTimeout(resolve, 1000 * Number(answer.headers.get("Retry-After") ?? 10)));
    }
  }

  async function check(file) {
    const beginning = await file.slice(0, 4).text();
    if (beginning.startsWith("PK")) {
      if (file.size > Number(box().dataset.most)) throw new Error(REFUSALS[413]());
      const answer = document.getElementById("answer");
      answer.replaceChildren(...new DOMParser().parseFromString(await send(file, "bundle"), "text/html").body.childNodes);
      tell("");
      return answer.focus();
    }
    if (file.size <= MOST_TEXT && (await file.text()).trim().startsWith("{")) return submit(await file.text());
    tell(say("正在计算哈希值…", "Computing the hash…"), 0);
    const digits = await hash_of(file);
    tell(`SHA-256 ${digits}`);
    return submit(`sha256:${digits}`);
  }

  async function take(file) {
    if (!file) return;
    try {
      await check(file);
    } catch (error) {
      tell(error.message);
    }
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches?.("#check-file")) take(event.target.files[0]);
  });
  document.addEventListener("dragover", (event) => {
    if (event.target.closest?.("[data-check]")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!event.target.closest?.("[data-check]")) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
  window.checks_files = show;
  document.addEventListener("htmx:after:swap", show);
  show();
})();
