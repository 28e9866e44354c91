// Boards: squares and walls, lines of text, or a graph, as the server describes them (shapes.py). Text stays text.

const OPEN = -1;
const SOLID = "█";
const BLANK = "·"; // of a cell that is surely empty

/** An element with classes and attributes; children are nodes or text. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

export class Board {
  /** `puzzle`: what the server tells of it; `label`: its name for those who hear it; `live`: whether cells take keys. */
  constructor(puzzle, label, { live = false, small = false } = {}) {
    this.puzzle = puzzle;
    this.live = live;
    this.cells = [];
    this.places = []; // [row, column] of a cell, for the arrows
    const draw = { sheet: this.#sheet, lines: this.#lines, graph: this.#graph }[puzzle.shape.is];
    this.node = draw.call(this);
    this.node.classList.add("board");
    if (small) this.node.classList.add("small");
    this.node.setAttribute("role", live ? "grid" : "img");
    this.node.setAttribute("aria-label", label);
    for (const cell of puzzle.shaded) this.cells[cell].classList.add("shaded");
    if (live && this.cells.length) this.cells[0].tabIndex = 0;
  }

  /** What cells hold, and how they look: `held` values, `looks` cell -> classes, `marks` cell -> text, `sure` 0 to 1. */
  show(held, { looks = new Map(), marks = new Map(), sure = null } = {}) {
    const { givens, glyphs, names, shape, called } = this.puzzle;
    this.cells.forEach((node, cell) => {
      const value = held[cell];
      const given = givens[cell] !== OPEN;
      const text = value === OPEN ? "" : glyphs[value];
      const marked = value === OPEN ? marks.get(cell) || "" : "";
      node.classList.remove("given", "filled", "next", "unit", "broken", "differ", "solid", "painted", ...PAINTS);
      if (value !== OPEN) node.classList.add(given ? "given" : "filled");
      if (text === SOLID) node.classList.add("solid");
      if (value !== OPEN && shape.is === "graph" && value < PAINTS.length) node.classList.add("painted", PAINTS[value]);
      node.classList.add(...(looks.get(cell) || []));
      const shown = node.querySelector(".value");
      shown.textContent = value !== OPEN && (!text.trim() || called[value] === "empty") ? BLANK : text;
      shown.style.opacity = sure && !given && value !== OPEN ? Math.max(0.15, sure[cell]) : "";
      node.querySelector(".marks").textContent = marked;
      if (this.live) node.setAttribute("aria-label", said(names[cell], (value !== OPEN && called[value]) || text, given, marked, looks.get(cell)));
    });
  }

  /** The cell in a direction, or the same. */
  beside(cell, rows, columns) {
    const [row, column] = this.places[cell];
    let best = cell;
    let least = Infinity;
    this.places.forEach(([r, c], other) => {
      const ahead = (r - row) * rows + (c - column) * columns;
      const aside = Math.abs((r - row) * columns) + Math.abs((c - column) * rows);
      if (ahead > 0 && ahead + 8 * aside < least) [best, least] = [other, ahead + 8 * aside];
    });
    return best;
  }

  focus(cell) {
    this.cells.forEach((node) => (node.tabIndex = -1));
    this.cells[cell].tabIndex = 0;
    this.cells[cell].focus();
  }

  #cell(tag, cell, place, before = "", after = "") {
    const node = element(tag, { class: "cell", "data-cell": cell, role: this.live ? "gridcell" : null });
    if (this.live) node.tabIndex = -1;
    if (before) node.append(element("span", { class: "before", "aria-hidden": "true" }, before));
    node.append(element("span", { class: "value" }), element("span", { class: "marks" }));
    if (after) node.append(element("span", { class: "after", "aria-hidden": "true" }, after));
    this.cells[cell] = node;
    this.places[cell] = place;
    return node;
  }

  #sheet() {
    const { rows, left, above, inside, paths } = this.puzzle.shape;
    const table = element("table", {});
    table.style.setProperty("--columns", rows[0].length);
    rows.forEach((row, r) => {
      const line = element("tr", { role: this.live ? "row" : null });
      row.forEach((square, c) => {
        const held = square.cell !== undefined;
        const node = held ? this.#cell("td", square.cell, [r, c], square.before, square.after) : this.#beside(square);
        node.classList.add(inside[r][c] ? (held || square.wall || square.tile ? "inside" : "between") : "outside");
        const walls = { left: left[r][c], right: left[r][c + 1], top: above[r][c], bottom: above[r + 1][c] };
        for (const [side, wall] of Object.entries(walls)) if (wall) node.classList.add(side);
        line.append(node);
      });
      table.append(line);
    });
    const corner = this.places[0]; // of cell 0, from which lines through cells hang
    if (paths.length) this.cells[0].append(this.#paths(paths, rows[0].length - corner[1], rows.length - corner[0], corner));
    return table;
  }

  /** A square without a cell: a wall with its numbers, a number as large as a cell's, a clue or a sign. */
  #beside({ wall, tile, text }) {
    const role = this.live ? "gridcell" : null;
    if (wall) {
      const split = wall.length > 1;
      const labels = wall.map((label, n) => element("span", { class: split ? ["down", "across"][n] : null }, label));
      return element("td", { role, class: split ? "wall split" : "wall" }, ...labels);
    }
    const ring = this.puzzle.shape.ringed && text ? "ring" : null;
    return element("td", { role, class: tile ? "tile" : null }, ring ? element("span", { class: ring }, text) : text);
  }

  /** Lines through cells, over the whole board: from a round bulb, or from a ring to an arrow's point. */
  #paths(paths, columns, rows, [top, left]) {
    const pointed = this.puzzle.shape.pointed;
    const drawn = vector("svg", { class: pointed ? "paths pointed" : "paths", viewBox: `0 0 ${columns} ${rows}`, "aria-hidden": "true" });
    [drawn.style.width, drawn.style.height] = [`${100 * columns}%`, `${100 * rows}%`];
    for (const path of paths) {
      const places = path.map((cell) => [this.places[cell][1] - left + 0.5, this.places[cell][0] - top + 0.5]);
      drawn.append(vector("polyline", { points: places.join(" ") }));
      drawn.append(vector("circle", { cx: places[0][0], cy: places[0][1], r: pointed ? 0.38 : 0.34 }));
      if (pointed) drawn.append(vector("polyline", { points: point(places.at(-2), places.at(-1)).join(" ") }));
    }
    return drawn;
  }

  #lines() {
    const lines = this.puzzle.shape.rows.map((row, r) =>
      element("div", { class: "row", role: this.live ? "row" : null },
        ...row.map((piece, c) => (typeof piece === "number" ? this.#cell("span", piece, [r, c])
          : element("span", { role: this.live ? "gridcell" : null }, piece)))));
    return element("div", { class: "lines" }, ...lines);
  }

  #graph() {
    const { edges, at } = this.puzzle.shape;
    const lines = vector("svg", { viewBox: "0 0 1 1", "aria-hidden": "true" });
    for (const [a, b] of edges) {
      lines.append(vector("line", { x1: at[a][0], y1: at[a][1], x2: at[b][0], y2: at[b][1], "stroke-width": 0.006 }));
    }
    const spots = element("div", { class: "spot", role: this.live ? "row" : null });
    at.forEach(([x, y], cell) => {
      const node = this.#cell("div", cell, [y * 20, x * 20], String(cell + 1));
      node.style.setProperty("--out-x", x * 2 - 1);
      node.style.setProperty("--out-y", y * 2 - 1);
      node.style.left = `${100 * x}%`;
      node.style.top = `${100 * y}%`;
      spots.append(node);
    });
    return element("div", { class: "graph" }, lines, spots);
  }
}

function vector(tag, attributes = {}) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** The point of an arrow between two places, as three corners. */
function point([x1, y1], [x2, y2]) {
  const far = Math.hypot(x2 - x1, y2 - y1) / 0.22;
  const [dx, dy] = [(x2 - x1) / far, (y2 - y1) / far];
  return [[x2 - dx - dy, y2 - dy + dx], [x2, y2], [x2 - dx + dy, y2 - dy - dx]];
}

const PAINTS = ["v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7"];

function said(name, text, given, marked, looks) {
  const holds = text ? `${text}${given ? ", given" : ""}` : marked ? `open, marked ${[...marked].join(" ")}` : "open";
  const marks = (looks || []).filter((look) => look !== "unit").map((look) => SAID[look]);
  return [name, holds, ...marks].join(", ");
}

const SAID = { next: "the next", broken: "wrong", differ: "differs" };
