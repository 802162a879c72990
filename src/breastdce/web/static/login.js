// @ts-check
// Trades a token for a session. The token is in the body of one request and nowhere else.

const form = /** @type {HTMLFormElement} */ (document.getElementById("login"));
const field = /** @type {HTMLInputElement} */ (document.getElementById("token"));
const answer = /** @type {HTMLElement} */ (document.getElementById("answer"));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  answer.textContent = "";
  try {
    const response = await fetch("/api/login", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Breastdce": "1" },
      body: JSON.stringify({ token: field.value.trim() }),
    });
    field.value = "";
    if (response.ok) {
      location.replace("/");
      return;
    }
    const error = await response.json();
    answer.textContent = `${error.message}. ${error.remedy}`;
  } catch {
    answer.textContent = "The server does not answer.";
  }
  field.focus();
});
