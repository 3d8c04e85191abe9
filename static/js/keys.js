// Single-key shortcuts: j k o v / [ ] ?. Items carry data-item, links data-open, data-original and data-step.
// They can be switched off for good in the « ? » help (WCAG 2.1.4), which a button opens too.
const STORE = "pressreview.keys";
const help = document.getElementById("key-help");
const toggle = help?.querySelector("[data-keys-switch]");

const enabled = () => localStorage.getItem(STORE) !== "off";
const items = () => [...document.querySelectorAll("[data-item]")].filter((item) => item.offsetParent !== null);
const current = () => document.querySelector("[data-item][data-current]");

function choose(step) {
  const all = items();
  const next = all[Math.min(Math.max(all.indexOf(current()) + step, 0), all.length - 1)];
  if (!next) return;
  current()?.removeAttribute("data-current");
  next.setAttribute("data-current", "");
  next.scrollIntoView({ block: "nearest" });
  next.querySelector("[data-open], a[href]")?.focus({ preventScroll: true });
}

function follow(selector, within = document) {
  within?.querySelector(selector)?.click();
}

function original(within) {
  const holder = within.matches?.("[data-original]") ? within : within.querySelector("[data-original]");
  const address = holder?.href ?? holder?.dataset.original;
  if (address) window.open(address, "_blank", "noopener,noreferrer");
}

const actions = {
  j: () => choose(1),
  k: () => choose(-1),
  o: () => follow("[data-open], a[href]", current()),
  v: () => original(current() ?? document),
  "/": () => document.querySelector("[data-key='/']")?.focus(),
  "[": () => follow("[data-step='before']"),
  "]": () => follow("[data-step='after']"),
  "?": () => help?.showModal(),
};

function isTyping(target) {
  return target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || help?.open) return;
  const action = actions[event.key];
  if (!action || !enabled()) return;
  event.preventDefault();
  action();
});

document.querySelector("[data-key-help]")?.addEventListener("click", () => help.showModal());
if (toggle) {
  toggle.checked = enabled();
  toggle.addEventListener("change", () => localStorage.setItem(STORE, toggle.checked ? "on" : "off"));
}
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
