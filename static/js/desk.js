// Saves a digest while its editor types, and shows the preview that the server draws. Without it the same form saves by
// its buttons. `send` is for the other modules of the desk: an act on the contents, saved with the texts.
const form = document.querySelector("[data-digest]");
const said = document.querySelector("[data-saved]");
const sheet = document.querySelector("[data-sheet]");
const PAUSE = 1200; // milliseconds without a key before a save

// While two texts are on the page, only a button replaces the other editor's.
const isConflict = document.querySelector(".conflict") !== null;
let timer = 0;
let dirty = isConflict;
let saving = 0;
let running = Promise.resolve();

function tell(text, isBad = false) {
  said.textContent = text;
  said.classList.toggle("bad", isBad);
}

function offerBoth(text) {
  tell(`✕ ${text} `, true);
  const button = document.createElement("button");
  Object.assign(button, { type: "submit", name: "act", value: "save", className: "t", textContent: form.dataset.both });
  said.append(button);
}

async function post(act, more) {
  const body = new FormData(form);
  body.set("act", act);
  for (const [name, value] of Object.entries(more)) body.set(name, value);
  dirty = false;
  tell(form.dataset.saving);
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!answer.headers.get("Content-Type")?.includes("json")) throw new Error(answer.statusText);
  const result = await answer.json();
  if (!answer.ok) {
    dirty = true;
    return answer.status === 409 ? offerBoth(result.error) : tell(`✕ ${result.error}`, true);
  }
  form.elements.version.value = result.version;
  sheet.innerHTML = result.sheet;
  tell(dirty ? form.dataset.unsaved : result.saved);
}

export function send(act = "save", more = {}) {
  clearTimeout(timer);
  saving += 1;
  running = running
    .then(() => post(act, more))
    .catch(() => {
      dirty = true;
      tell(`✕ ${form.dataset.offline}`, true);
    })
    .finally(() => (saving -= 1));
}

form.addEventListener("input", (event) => {
  if (event.target.type === "checkbox") return;
  dirty = true;
  tell(form.dataset.unsaved);
  clearTimeout(timer);
  if (!isConflict) timer = setTimeout(() => send(), PAUSE);
});

// A headline is one line that may wrap: Enter does not break it.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-one-line]")) event.preventDefault();
});

// A button pressed while a save is under way waits for it: both would bear the same version.
form.addEventListener("submit", (event) => {
  clearTimeout(timer);
  dirty = false;
  keepScroll();
  if (!saving) return;
  event.preventDefault();
  // Not from inside this event: a form does not submit again while it is asked whether it may.
  running.then(() => setTimeout(() => form.requestSubmit(event.submitter)));
});

window.addEventListener("beforeunload", (event) => {
  if (dirty) event.preventDefault();
});

// After a button the page comes back where it was.
const PLACES = "pressreview.desk.places";
const panes = [...document.querySelectorAll("[data-pane]")];

function keepScroll() {
  sessionStorage.setItem(PLACES, JSON.stringify([scrollY, ...panes.map((pane) => pane.scrollTop)]));
}

const places = JSON.parse(sessionStorage.getItem(PLACES) ?? "null");
sessionStorage.removeItem(PLACES);
if (places && !location.hash) {
  scrollTo(0, places[0]);
  panes.forEach((pane, index) => (pane.scrollTop = places[index + 1] ?? 0));
}
