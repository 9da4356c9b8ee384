import { signIn } from "./api.js";

const WORDS = {
  first: ["Sign in", "The reading list needs an access token. Whoever runs Redspot can give you one."],
  ended: [
    "Your session has ended",
    "Names and pictures were put away, and nothing of your work is lost. Sign in to go on where you were.",
  ],
};

/**
 * The form that opens a session.
 *
 * @param {HTMLElement} door with the form in it
 * @param {() => Promise<void>} onSignedIn
 */
export function signInForm(door, onSignedIn) {
  const form = door.querySelector("form");
  const [heading, text] = [form.querySelector("h2"), form.querySelector("p")];
  const field = form.querySelector("input");
  const error = form.querySelector(".error");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.textContent = "";
    try {
      await signIn(field.value);
      field.value = "";
      door.hidden = true;
      await onSignedIn();
    } catch (reason) {
      error.textContent = reason.message;
      field.select();
    }
  });
  return {
    /** @param {"first" | "ended"} why */
    show(why) {
      if (!door.hidden) return;
      [heading.textContent, text.textContent] = WORDS[why];
      door.hidden = false;
      field.focus();
    },
  };
}
