// The reader's choice of appearance is kept the moment it is made; the style sheets read the radios by themselves.
const YEAR = 365 * 24 * 60 * 60;

for (const form of document.querySelectorAll("[data-theme-switch]")) {
  form.addEventListener("change", (event) => {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${event.target.value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  });
}
