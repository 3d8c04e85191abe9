// A part of the page that awaits something is asked for again until it has come; without script the page reloads itself.
const EVERY = 1500;

function take(old, now) {
  const [before, after] = [[...old.children], [...now.children]];
  if (old.hasAttribute("data-item") && before.length === after.length) {
    before.forEach((cell, place) => {
      if (cell.innerHTML !== after[place].innerHTML) cell.innerHTML = after[place].innerHTML;
    });
  } else {
    old.innerHTML = now.innerHTML;
  }
  if (!now.hasAttribute("data-follow")) old.removeAttribute("data-follow");
}

async function look() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer && answer.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-follow]")) {
      const now = page.getElementById(part.id);
      if (now) take(part, now);
    }
  }
  if (document.querySelector("[data-follow]")) setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
