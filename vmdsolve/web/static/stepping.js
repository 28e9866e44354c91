// The boards of one answer, stepped through by a slider, or played.

const $ = (id) => document.getElementById(id);

export class Stepping {
  #frames = [];
  #playing = 0;
  #shown;

  /** `shown` is called with the frame that is to be seen. */
  constructor(shown) {
    this.#shown = shown;
    $("frame").addEventListener("input", () => this.#now());
    $("play").addEventListener("click", () => this.#play());
  }

  /** Offer frames under a label, and show the last. */
  begin(label, frames) {
    this.#frames = frames;
    $("frame-label").textContent = label;
    $("frame").max = frames.length - 1;
    $("scrub").hidden = false;
    this.#to(frames.length - 1);
  }

  end() {
    clearInterval(this.#playing);
    $("scrub").hidden = true;
  }

  #to(place) {
    $("frame").value = place;
    this.#now();
  }

  #now() {
    const frame = this.#frames[$("frame").value];
    $("frame-said").textContent = frame.said;
    this.#shown(frame);
  }

  #play() {
    clearInterval(this.#playing);
    this.#to(0);
    this.#playing = setInterval(() => {
      const place = Number($("frame").value) + 1;
      if (place < this.#frames.length) this.#to(place);
      else clearInterval(this.#playing);
    }, 400);
  }
}
