// The page: what is shown, what keys and buttons do, and what is asked of the server.

import { copied, offered, saved } from "./along.js";
import { ask, stop } from "./ask.js";
import { Board, element } from "./board.js";
import { contentOf } from "./dropped.js";
import { Filling } from "./filling.js";
import { Stepping } from "./stepping.js";
import { themed } from "./theme.js";

const OPEN = -1;
const $ = (id) => document.getElementById(id);

let puzzle = null; // what the server tells of it
let filling = null;
let board = null;
let at = 0; // the cell with the focus
let over = {}; // what is shown besides: looks, marks, values, sure
let kinds = [];
const stepping = new Stepping(frame);

// Showing -----------------------------------------------------------------------------------------------------------

function show() {
  const marks = new Map([...(over.marks || new Map()), ...filling.texts]);
  board.show(over.values || filling.held, { ...over, marks });
  remember();
}

/** Show one of several boards that are stepped through, and what stands beside it. */
function frame({ values, sure = null, side = null }) {
  over = { ...over, values, sure };
  if (side) {
    $("side").replaceChildren(...side.map(([held, certain, right], k) =>
      small(held, `latent ${k + 2}${right ? ", right" : ""}`, new Map(), certain)));
  }
  show();
}

function say(lines, wrong = false) {
  const paragraphs = lines.map((line) => element("p", wrong ? { class: "wrong" } : {}, line));
  $("said").replaceChildren(...paragraphs);
}

function clear() {
  over = {};
  stepping.end();
  $("side").replaceChildren();
  $("said").replaceChildren();
  document.querySelector('[data-ask="marks"]').setAttribute("aria-pressed", "false");
}

function take(answer, held = null) {
  puzzle = answer;
  filling = new Filling(puzzle, held);
  clear();
  $("title").textContent = puzzle.domain;
  $("about").textContent = puzzle.about;
  $("legend").textContent = [puzzle.legend, puzzle.note].filter(Boolean).join(" ");
  board = new Board(puzzle, `${puzzle.domain}, ${puzzle.givens.length} cells`, { live: true });
  $("board").replaceChildren(board.node);
  $("pad").replaceChildren(...puzzle.glyphs.map((glyph, value) => {
    const called = puzzle.called[value] || `symbol ${puzzle.symbols[value]}`;
    const button = element("button", { type: "button", "aria-label": called, title: called }, called === "empty" ? "·" : glyph.trim() || "·");
    button.addEventListener("click", () => enter(value, pencilled()));
    return button;
  }));
  at = Math.max(0, puzzle.givens.indexOf(OPEN));
  board.cells.forEach((node) => (node.tabIndex = -1));
  if (board.cells[at]) board.cells[at].tabIndex = 0;
  offered($("form"), puzzle.forms);
  const others = puzzle.others || [];
  if (others.length) {
    $("other").replaceChildren(...others.map((other, n) => element("option", { value: n }, `${n + 1}: ${other.text.slice(0, 60)}`)));
    $("others").hidden = false;
    $("other").onchange = () => open(others[$("other").value], { keep: true });
  }
  show();
}

function remember() {
  const filled = filling.held.some((value, cell) => value !== puzzle.givens[cell]);
  const parts = { domain: puzzle.domain, puzzle: puzzle.text };
  if (filled) parts.held = filling.held.map((value) => (value === OPEN ? "" : value)).join(",");
  const hash = `#${new URLSearchParams(parts)}`;
  if (hash.length < 8000 && hash !== location.hash) history.replaceState(null, "", hash);
}

// Asking ------------------------------------------------------------------------------------------------------------

async function asked(what, question, then) {
  const waiting = setTimeout(() => {
    say(["…"]);
    $("stop").hidden = false;
  }, 150);
  try {
    const answer = await ask(what, question);
    clearTimeout(waiting);
    if (answer) then(answer);
    else say(["stopped"]);
  } catch (error) {
    clearTimeout(waiting);
    say([error.message], true);
  } finally {
    $("stop").hidden = true;
  }
}

async function open(question, { keep = false, held = null } = {}) {
  await asked("open", question, (answer) => {
    if (!keep) $("others").hidden = true;
    const fits = held && held.length === answer.givens.length && held.every((value) => value === OPEN || value in answer.symbols);
    take(answer, fits ? held : null);
  });
}

const about = () => ({ domain: puzzle.domain, text: puzzle.text });
const soFar = () => ({ ...about(), held: filling.held });
const number = (id) => ($(id).value === "" ? undefined : Number($(id).value));
const looks = (cells, look) => new Map(cells.map((cell) => [cell, [look]]));

const QUESTIONS = {
  hint: () => asked("hint", soFar(), (answer) => {
    clear();
    say(answer.steps);
    over.looks = looks(answer.units.filter((cell) => filling.held[cell] !== OPEN), answer.technique === "conflict" ? "broken" : "unit");
    if (answer.cell !== null) {
      over.looks.set(answer.cell, ["next"]);
      offer("Fill it in", () => {
        filling.put(answer.cell, answer.value);
        clear();
        at = answer.cell;
        show();
      });
    }
    show();
  }),
  check: () => asked("check", soFar(), (answer) => {
    clear();
    say(answer.said, !answer.right);
    over.looks = looks(answer.broken, "broken");
    show();
  }),
  solve: () => asked("solve", {
    ...about(), method: $("method").value, steps: number("steps"), loops: number("loops"), latents: number("latents"),
    seed: number("seed") || 0, unique: $("unique").checked,
  }, (answer) => {
    clear();
    say([answer.outcome, answer.reason].filter(Boolean), !answer.values);
    over.looks = looks(answer.broken, "broken");
    if (answer.values) {
      over.values = answer.values;
      offer("Fill it in", () => {
        filling.all(answer.values);
        clear();
        show();
      });
      offer("Hide it", () => {
        clear();
        show();
      });
    }
    if (answer.trace.length > 1) {
      stepping.begin("Steps", answer.trace.map((made, n) => ({ ...made, said: `${n + 1} of ${answer.trace.length}` })));
    }
    show();
  }),
  explain: () => asked("explain", soFar(), (answer) => {
    clear();
    say(answer.said, answer.status === "UNSATISFIABLE");
    over.looks = looks(answer.broken, "broken");
    if (answer.differ.length) {
      $("side").append(...answer.answers.map((values, n) => small(values, `answer ${n + 1}`, looks(answer.differ, "differ"))));
    }
    show();
  }),
  count: () => asked("count", soFar(), (answer) => say([answer.said])),
  grade: () => asked("grade", about(), (answer) => say([`${answer.difficulty}: ${answer.technique} (${answer.rating})`])),
  marks: () => {
    const button = document.querySelector('[data-ask="marks"]');
    const wanted = button.getAttribute("aria-pressed") !== "true";
    clear();
    show();
    if (!wanted) return null;
    return asked("marks", soFar(), (answer) => {
      button.setAttribute("aria-pressed", "true");
      over.marks = new Map(answer.marks.map((values, cell) => [cell, values.map((v) => puzzle.glyphs[v]).join("")]));
      show();
    });
  },
  draw: () => asked("draw", { ...about(), n: 4, seed: number("seed") || 0 }, (answer) => {
    clear();
    say([answer.said]);
    const first = answer.boards[0];
    $("side").append(...answer.boards.map(({ values, method }, n) => {
      const differ = values.flatMap((value, cell) => (n && value !== first.values[cell] ? [cell] : []));
      return small(values, `${n + 1}: ${method}`, looks(differ, "differ"));
    }));
    show();
  }),
  watch: () => asked("watch", { ...about(), n: 4, seed: number("seed") || 0, loops: number("loops") }, (answer) => {
    clear();
    say(["The board that the network leans to, loop after loop; pale is unsure. Beside it those of other latents."]);
    stepping.begin("Loops", answer.loops.map((loops, f) => ({
      values: answer.values[f][0],
      sure: answer.confidence[f][0],
      said: `${loops}: ${answer.right[f].filter(Boolean).length} of ${answer.right[f].length} right`,
      side: answer.values[f].slice(1).map((values, k) => [values, answer.confidence[f][k + 1], answer.right[f][k + 1]]),
    })));
  }),
};

function offer(text, action) {
  const button = element("button", { type: "button" }, text);
  button.addEventListener("click", action);
  $("said").append(button, " ");
}

function small(values, caption, marked = new Map(), sure = null) {
  const mini = new Board(puzzle, caption, { small: true });
  mini.show(values, { looks: marked, sure });
  return element("figure", {}, mini.node, element("figcaption", {}, caption));
}

// Filling in --------------------------------------------------------------------------------------------------------

const pencilled = () => $("pencil").getAttribute("aria-pressed") === "true";

function enter(value, marking) {
  if (over.values || over.looks) clear();
  if (marking) filling.mark(at, value);
  else filling.put(at, filling.held[at] === value ? OPEN : value);
  show();
}

function change(what) {
  if (over.values || over.looks) clear();
  what();
  show();
}

function pencil() {
  $("pencil").setAttribute("aria-pressed", String(!pencilled()));
}

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function key(event) {
  if (event.altKey || event.metaKey) return;
  if (event.ctrlKey) {
    const asked = { z: "undo", y: "redo" }[event.key.toLowerCase()];
    if (!asked) return;
    change(() => filling[asked]());
  } else if (ARROWS[event.key]) {
    at = board.beside(at, ...ARROWS[event.key]);
    board.focus(at);
  } else if (event.key === "Backspace" || event.key === "Delete") {
    change(() => filling.erase(at));
  } else if (event.key === " " && !puzzle.symbols.includes(" ")) {
    pencil();
  } else {
    const digit = event.shiftKey && /^Digit\d$/.test(event.code) ? event.code.slice(5) : event.key;
    const value = valueOf(digit);
    if (value === OPEN) return;
    enter(value, pencilled() || (event.shiftKey && digit !== event.key));
  }
  event.preventDefault();
}

function valueOf(text) {
  if (text.length !== 1) return OPEN;
  for (const signs of [puzzle.symbols, puzzle.glyphs]) {
    for (const sign of [text, text.toUpperCase(), text.toLowerCase()]) {
      if (signs.includes(sign)) return signs.indexOf(sign);
    }
  }
  return OPEN;
}

// Taking along ------------------------------------------------------------------------------------------------------

/** What is to be taken along: the puzzle with what it holds; in pictures what is shown over it. */
const current = () => ({ about: about(), held: filling.held, shown: over.values || filling.held, forms: puzzle.forms });

async function takeAlong(how, said) {
  try {
    await how($("form").value, current());
    if (said) say([said]);
  } catch (error) {
    say([error.message], true);
  }
}

// Other puzzles -----------------------------------------------------------------------------------------------------

const kind = () => kinds[$("kind").value];
const wanted = () => ($("as-kind").checked ? domain() : "");
const domain = () => ($("size").value.trim() ? `${kind().kind}:${$("size").value.trim()}` : kind().said);

function chosen() {
  $("kind-about").textContent = kind().about;
  const pieces = kind().text_form.split("`"); // what stands between two of them is a form, letter by letter
  $("kind-form").replaceChildren(...pieces.map((piece, n) => (n % 2 ? element("code", {}, piece) : piece)));
  $("size").placeholder = kind().sizes;
  $("size").value = "";
}

async function read(text) {
  if (!text.trim()) return say(["there is no puzzle; type or paste one"], true);
  return open({ text, domain: wanted() });
}

async function file(dropped) {
  if (!dropped) return;
  try {
    const content = await contentOf(dropped);
    $("text").value = (content.text || "").slice(0, 100_000);
    await open({ ...content, name: dropped.name, domain: wanted() });
  } catch (error) {
    say([error.message], true);
  }
}

// The beginning -----------------------------------------------------------------------------------------------------

async function linked() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const held = parts.get("held");
  const values = held === null ? null : held.split(",").map((value) => (value === "" ? OPEN : Number(value)));
  if (parts.get("puzzle")) await open({ text: parts.get("puzzle"), domain: parts.get("domain") || "" }, { held: values });
  if (puzzle) return;
  const wrong = $("said").textContent; // of a link that holds no puzzle
  await open({ text: kind().example, domain: kind().said });
  if (wrong) say([wrong], true);
}

async function begin() {
  themed($("theme"));
  $("board").addEventListener("keydown", key);
  $("board").addEventListener("focusin", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (cell) at = Number(cell.dataset.cell);
  });
  $("board").addEventListener("click", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (cell) board.focus((at = Number(cell.dataset.cell)));
  });
  for (const button of document.querySelectorAll("[data-ask]")) {
    button.addEventListener("click", () => puzzle && QUESTIONS[button.dataset.ask]());
  }
  const clicks = {
    stop, pencil, print: () => window.print(),
    copy: () => takeAlong(copied, "copied"),
    save: () => takeAlong(saved),
    erase: () => change(() => filling.erase(at)),
    undo: () => change(() => filling.undo()),
    redo: () => change(() => filling.redo()),
    reset: () => change(() => filling.all(puzzle.givens)),
    example: () => open({ text: kind().example, domain: kind().said }),
    generate: () => asked("generate", {
      domain: domain(), difficulty: $("difficulty").value, seed: crypto.getRandomValues(new Uint32Array(1))[0],
    }, (answer) => take(answer)),
    read: () => read($("text").value),
  };
  for (const [id, action] of Object.entries(clicks)) $(id).addEventListener("click", action);
  $("kind").addEventListener("change", chosen);
  $("file").addEventListener("change", () => file($("file").files[0]));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) file(event.dataTransfer.files[0]);
    else read(($("text").value = event.dataTransfer.getData("text/plain")));
  });
  addEventListener("hashchange", linked);
  await asked("kinds", {}, (answer) => {
    kinds = answer.kinds;
    $("kind").replaceChildren(...kinds.map(({ kind: name }, n) => element("option", { value: n }, name)));
    $("kind").value = Math.max(0, kinds.findIndex(({ kind: name }) => name === "sudoku"));
    chosen();
  });
  if (kinds.length) await linked();
  document.documentElement.dataset.ready = "";
}

begin();
