// Words selected in an article's text come into the field for a quote or a credit that was missed.
const field = document.querySelector("[data-selected-words]");
const text = document.getElementById("texte");

if (field && text) {
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    const words = selection && text.contains(selection.anchorNode) ? selection.toString().trim() : "";
    if (words) field.value = words;
  });
}
