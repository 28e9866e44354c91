// The board as a picture of its own: SVG from what the server says of it, and PNG from that.

import { vector } from "./board.js";

const SIZE = 40; // of a square
const MARGIN = 12;

/** An <svg> with the board and what it holds. */
export function picture(puzzle, held) {
  return puzzle.shape.is === "sheet" ? sheet(puzzle, held) : puzzle.shape.is === "graph" ? graph(puzzle, held)
    : lines(puzzle, held);
}

/** The text of a file. */
export function source(svg) {
  return new XMLSerializer().serializeToString(svg);
}

/** A PNG twice as large as the SVG. */
export async function png(svg) {
  const image = new Image();
  const address = URL.createObjectURL(new Blob([source(svg)], { type: "image/svg+xml" }));
  try {
    await new Promise((done, failed) => Object.assign(image, { onload: done, onerror: failed, src: address }));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [2 * svg.getAttribute("width"), 2 * svg.getAttribute("height")];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob(done, "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

function empty(width, height) {
  const svg = vector("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}`,
    "font-family": "ui-monospace, monospace", "text-anchor": "middle" });
  svg.append(vector("rect", { width, height, fill: "#fff" }));
  return svg;
}

function value(puzzle, held, cell, x, y) {
  const number = held[cell];
  if (number < 0) return [];
  const given = puzzle.givens[cell] >= 0;
  return [vector("text", { x, y: y + 8, "font-size": 22, fill: given ? "#000" : "#075985",
    "font-weight": given ? "bold" : "normal" }, puzzle.glyphs[number])];
}

function sheet(puzzle, held) {
  const { rows, left, above, inside } = puzzle.shape;
  const wide = rows[0].map((_, c) => Math.max(...rows.map((row) => width(row[c]))));
  const high = rows.map((row) => (row.some((square) => square.cell !== undefined) ? SIZE : 22));
  const x = sums(wide);
  const y = sums(high);
  const svg = empty(x.at(-1) + MARGIN, y.at(-1) + MARGIN);
  const line = (x1, y1, x2, y2, thick) => svg.append(vector("line", { x1, y1, x2, y2, stroke: thick ? "#000" : "#bbb",
    "stroke-width": thick ? 2.5 : 1, "stroke-linecap": "square" }));
  for (const thick of [false, true]) {
    rows.forEach((row, r) => row.forEach((square, c) => {
      const board = inside[r][c] && square.cell !== undefined;
      const draw = (wall) => (thick ? wall : board && !wall);
      if (draw(left[r][c])) line(x[c], y[r], x[c], y[r + 1], thick);
      if (draw(left[r][c + 1])) line(x[c + 1], y[r], x[c + 1], y[r + 1], thick);
      if (draw(above[r][c])) line(x[c], y[r], x[c + 1], y[r], thick);
      if (draw(above[r + 1][c])) line(x[c], y[r + 1], x[c + 1], y[r + 1], thick);
    }));
  }
  rows.forEach((row, r) => row.forEach((square, c) => {
    const [mx, my] = [(x[c] + x[c + 1]) / 2, (y[r] + y[r + 1]) / 2];
    if (square.cell === undefined) {
      svg.append(vector("text", { x: mx, y: my + 5, "font-size": 14, fill: "#444" }, square.text));
      return;
    }
    if (puzzle.shaded.includes(square.cell)) {
      svg.insertBefore(vector("rect", { x: x[c], y: y[r], width: wide[c], height: high[r], fill: "#e8ecef" }),
        svg.children[1]);
    }
    const label = { "font-size": 10, fill: "#000", y: y[r] + 11 };
    if (square.before) svg.append(vector("text", { ...label, x: x[c] + 3, "text-anchor": "start" }, square.before));
    if (square.after) svg.append(vector("text", { ...label, x: x[c + 1] - 3, "text-anchor": "end" }, square.after));
    svg.append(...value(puzzle, held, square.cell, mx, my));
  }));
  return svg;
}

function width(square) {
  if (square.cell === undefined) return Math.max(18, 9 * square.text.length + 6);
  return Math.max(SIZE, 6 * (square.before || square.after || "").length + 8);
}

function sums(parts) {
  const out = [MARGIN / 2];
  for (const part of parts) out.push(out.at(-1) + part);
  return out;
}

function lines(puzzle, held) {
  const rows = puzzle.shape.rows;
  const long = Math.max(...rows.map((row) => row.reduce((n, piece) => n + (typeof piece === "number" ? 2 : piece.length), 0)));
  const svg = empty(9 * long + 2 * MARGIN, 28 * rows.length + MARGIN);
  rows.forEach((row, r) => {
    let x = MARGIN;
    for (const piece of row) {
      const text = typeof piece === "number" ? (held[piece] < 0 ? "·" : puzzle.glyphs[held[piece]]) : piece;
      const bold = typeof piece === "number" && puzzle.givens[piece] >= 0;
      svg.append(vector("text", { x, y: 28 * r + 24, "font-size": 15, "text-anchor": "start", fill: "#000",
        "font-weight": bold ? "bold" : "normal", "xml:space": "preserve" }, text));
      x += 9 * Math.max(text.length, typeof piece === "number" ? 2 : 0);
    }
  });
  return svg;
}

function graph(puzzle, held) {
  const side = 420;
  const svg = empty(side, side);
  const place = ([x, y]) => [30 + x * (side - 60), 30 + y * (side - 60)];
  for (const [a, b] of puzzle.shape.edges) {
    const [[x1, y1], [x2, y2]] = [place(puzzle.shape.at[a]), place(puzzle.shape.at[b])];
    svg.append(vector("line", { x1, y1, x2, y2, stroke: "#777" }));
  }
  puzzle.shape.at.forEach((at, cell) => {
    const [cx, cy] = place(at);
    svg.append(vector("circle", { cx, cy, r: 17, fill: held[cell] < 0 ? "#fff" : PAINT[held[cell] % PAINT.length],
      stroke: "#333" }));
    svg.append(vector("text", { x: cx - 20, y: cy - 14, "font-size": 11, fill: "#333" }, String(cell + 1)));
    svg.append(...value(puzzle, held, cell, cx, cy));
  });
  return svg;
}

const PAINT = ["#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#9ecae1", "#fdae6b", "#dddddd"];
