// What is filled in and marked by hand, with undo. A puzzle's givens are no part of it.

const OPEN = -1;

export class Filling {
  constructor(puzzle, held = null) {
    this.puzzle = puzzle;
    this.held = puzzle.givens.map((given, cell) => (given === OPEN && held ? held[cell] : given));
    this.marks = new Map(); // cell -> sorted values
    this.#before = [];
    this.#after = [];
  }

  #before;
  #after;

  /** Put a value, or OPEN, into a cell; nothing happens to givens. */
  put(cell, value) {
    if (this.puzzle.givens[cell] !== OPEN || this.held[cell] === value) return;
    this.#keep();
    this.held[cell] = value;
  }

  /** Mark a value in an open cell, or take the mark away. */
  mark(cell, value) {
    if (this.held[cell] !== OPEN) return;
    this.#keep();
    const marks = new Set(this.marks.get(cell) || []);
    if (!marks.delete(value)) marks.add(value);
    this.marks.set(cell, [...marks].sort((a, b) => a - b));
  }

  erase(cell) {
    if (this.puzzle.givens[cell] !== OPEN) return;
    this.#keep();
    this.held[cell] = OPEN;
    this.marks.delete(cell);
  }

  /** Fill in a whole board, or none. */
  all(values) {
    this.#keep();
    this.held = this.puzzle.givens.map((given, cell) => (given === OPEN ? values[cell] : given));
  }

  undo() {
    this.#go(this.#before, this.#after);
  }

  redo() {
    this.#go(this.#after, this.#before);
  }

  /** Marks as text, cell by cell. */
  get texts() {
    return new Map([...this.marks].map(([cell, values]) => [cell, values.map((v) => this.puzzle.glyphs[v]).join("")]));
  }

  #keep() {
    this.#before.push([[...this.held], new Map(this.marks)]);
    if (this.#before.length > 1000) this.#before.shift();
    this.#after = [];
  }

  #go(from, to) {
    if (!from.length) return;
    to.push([this.held, this.marks]);
    [this.held, this.marks] = from.pop();
  }
}
