// The desk's own keys beside j, k and o: x ticks the chosen candidate, d takes what is ticked to the contents.
const STORE = "pressreview.keys"; // keys.js writes it: one switch for all single-key shortcuts
const form = document.querySelector("[data-digest]");
const chosen = () => document.querySelector("[data-item][data-current] input[type=checkbox]");

const actions = {
  x: () => chosen()?.click(),
  d: () => {
    const box = chosen();
    if (box && !form.querySelector("input[type=checkbox]:checked")) box.checked = true;
    if (form.querySelector("input[type=checkbox]:checked")) form.querySelector("button[value=add]").click();
  },
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select");
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping || localStorage.getItem(STORE) === "off") return;
  if (!actions[event.key]) return;
  event.preventDefault();
  actions[event.key]();
});
