// Drag an item of the contents by its handle; the buttons beside it do the same for keyboards.
import { send } from "./desk.js";

const list = document.querySelector("[data-order]");
const items = () => [...list.querySelectorAll("[data-order-item]")];
const order = () => items().map((item) => item.dataset.orderItem).join(",");

function markEnds() {
  const all = items();
  all.forEach((item, place) => {
    item.querySelector("[value^='up:']").disabled = place === 0;
    item.querySelector("[value^='down:']").disabled = place === all.length - 1;
  });
}

function below(y, dragged) {
  return items().find((item) => item !== dragged && y < item.getBoundingClientRect().top + item.offsetHeight / 2);
}

list.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest("[data-handle]");
  if (!handle || event.button !== 0) return;
  const item = handle.closest("[data-order-item]");
  const before = order();
  event.preventDefault();
  item.classList.add("dragged");
  const drag = new AbortController();
  const move = (at) => {
    const next = below(at.clientY, item) ?? null;
    if (next !== item.nextElementSibling) list.insertBefore(item, next);
  };
  const end = () => {
    drag.abort();
    item.classList.remove("dragged");
    markEnds();
    if (order() !== before) send("reorder", { order: order() });
  };
  // On the document: an element that moves in the page loses the pointer that it had captured.
  document.addEventListener("pointermove", move, { signal: drag.signal });
  document.addEventListener("pointerup", end, { signal: drag.signal });
  document.addEventListener("pointercancel", end, { signal: drag.signal });
});
