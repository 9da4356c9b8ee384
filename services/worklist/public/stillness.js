/** After so long without a move, a pointer that lies on the list is not about to click. */
const POINTER_RESTS_MS = 30_000;

/** After so long without a key, nobody is on the way through the list by keyboard. */
const KEYS_REST_MS = 8_000;

/** A click so soon after rows have moved was meant for what had been there. */
const TOO_SOON_MS = 500;

/**
 * Whether rows may move. They may not while a pointer is at work among them, nor just after somebody went through them
 * by keyboard: what is clicked or selected must be what was seen.
 */
export class Stillness {
  #pointerUntil = Number.NEGATIVE_INFINITY;
  #keysUntil = Number.NEGATIVE_INFINITY;
  #movedAt = Number.NEGATIVE_INFINITY;
  #timer;
  #onFree;

  /**
   * @param {HTMLElement} area
   * @param {() => void} onFree called when rows may move again
   */
  constructor(area, onFree) {
    this.#onFree = onFree;
    for (const name of ["pointermove", "pointerdown", "wheel"]) {
      area.addEventListener(name, () => this.#pointerWorks(), { passive: true });
    }
    for (const name of ["pointerleave", "pointercancel"]) area.addEventListener(name, () => this.#pointerGone());
    // A finger leaves without saying so to a page that was put aside.
    document.addEventListener("visibilitychange", () => document.hidden && this.#pointerGone());
    area.addEventListener(
      "click",
      (event) => {
        if (event.detail === 0 || performance.now() - this.#movedAt > TOO_SOON_MS) return;
        event.stopPropagation();
        event.preventDefault();
      },
      { capture: true },
    );
  }

  get holds() {
    return performance.now() < Math.max(this.#pointerUntil, this.#keysUntil);
  }

  /** Somebody goes through the list by keyboard. */
  keysWork() {
    this.#keysUntil = performance.now() + KEYS_REST_MS;
    this.#wait();
  }

  /** Rows have moved without being asked to. */
  moved() {
    this.#movedAt = performance.now();
  }

  #pointerWorks() {
    this.#pointerUntil = performance.now() + POINTER_RESTS_MS;
    this.#wait();
  }

  #pointerGone() {
    this.#pointerUntil = Number.NEGATIVE_INFINITY;
    this.#wait();
  }

  #wait() {
    clearTimeout(this.#timer);
    const rest = Math.max(this.#pointerUntil, this.#keysUntil) - performance.now();
    if (rest <= 0) this.#onFree();
    else this.#timer = setTimeout(() => this.#wait(), rest);
  }
}
