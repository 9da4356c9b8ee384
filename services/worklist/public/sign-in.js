import { signIn } from "./api.js";

/**
 * The form that opens a session.
 *
 * @param {() => void} onSignedIn
 */
export function signInForm(onSignedIn) {
  const form = document.querySelector("#sign-in");
  const field = document.querySelector("#token");
  const error = document.querySelector("#sign-in-error");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.textContent = "";
    try {
      await signIn(field.value);
      field.value = "";
      form.hidden = true;
      onSignedIn();
    } catch (reason) {
      error.textContent = reason.message;
      field.select();
    }
  });
  return {
    show() {
      if (!form.hidden) return;
      form.hidden = false;
      field.focus();
    },
  };
}
