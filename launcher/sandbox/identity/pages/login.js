// Shows the password on request; without JavaScript the button stays hidden and nothing else changes.
const field = document.getElementById("password");
const button = document.querySelector("button.show");
if (field && button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    button.setAttribute("aria-label", shown ? button.dataset.showName : button.dataset.hideName);
    button.querySelector("span").textContent = shown ? button.dataset.show : button.dataset.hide;
    field.focus();
  });
  for (const form of document.forms) form.addEventListener("submit", () => { field.type = "password"; });
}
