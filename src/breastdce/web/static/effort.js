// Seconds that a reader spent on a case: counted while the page is seen and was used a moment ago.

const IDLE_AFTER_MS = 60_000;

export class Effort {
  /**
   * @param {string} exam
   * @param {string} reader
   */
  constructor(exam, reader) {
    this.key = `breastdce seconds ${exam} ${reader}`;
    this.seconds = Number(localStorage.getItem(this.key)) || 0;
    this.used = performance.now();
    for (const kind of ["pointermove", "pointerdown", "keydown", "wheel"]) {
      addEventListener(kind, () => (this.used = performance.now()), { passive: true, capture: true });
    }
    setInterval(() => this.tick(), 1000);
  }

  tick() {
    if (document.visibilityState !== "visible" || performance.now() - this.used > IDLE_AFTER_MS) return;
    this.seconds += 1;
    localStorage.setItem(this.key, String(this.seconds));
  }

  /** Begin anew, after signing. */
  clear() {
    this.seconds = 0;
    localStorage.removeItem(this.key);
  }
}
