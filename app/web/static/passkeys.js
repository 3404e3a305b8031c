// Asks the authenticator of the browser, and takes its answers to the server. Nothing is decided here. A module: it
// runs once, however often pages that bring it are exchanged without a reload.

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function post(path, csrf, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify(body ?? {}),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function register(csrf) {
  const options = await post("/passkeys/registration-options", csrf);
  options.challenge = bytes(options.challenge);
  options.user.id = bytes(options.user.id);
  for (const each of options.excludeCredentials ?? []) each.id = bytes(each.id);
  const made = await navigator.credentials.create({ publicKey: options });
  return post("/passkeys/registration", csrf, {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    response: {
      clientDataJSON: text(made.response.clientDataJSON),
      attestationObject: text(made.response.attestationObject),
    },
  });
}

async function authenticate(act, csrf) {
  const options = await post(`/passkeys/${act}-options`, csrf);
  options.challenge = bytes(options.challenge);
  for (const each of options.allowCredentials ?? []) each.id = bytes(each.id);
  const shown = await navigator.credentials.get({ publicKey: options });
  return post(`/passkeys/${act}`, csrf, {
    id: shown.id,
    rawId: text(shown.rawId),
    type: shown.type,
    response: {
      clientDataJSON: text(shown.response.clientDataJSON),
      authenticatorData: text(shown.response.authenticatorData),
      signature: text(shown.response.signature),
      userHandle: shown.response.userHandle ? text(shown.response.userHandle) : null,
    },
  });
}

function offer() {
  if (!window.PublicKeyCredential) document.querySelectorAll("[data-passkey]").forEach((button) => { button.disabled = true; });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-passkey]");
  if (!button) return;
  const { passkey: act, csrf, next } = button.dataset;
  button.disabled = true;
  try {
    await (act === "register" ? register(csrf) : authenticate(act, csrf));
    location.assign(next);
  } catch {
    document.querySelector("[data-passkey-failed]").hidden = false;
    button.disabled = false;
  }
});
document.addEventListener("htmx:after:swap", offer);
offer();
