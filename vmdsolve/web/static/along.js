// The puzzle as text, link, picture or page, to copy or to save. What other programs read, the server writes.

import { ask } from "./ask.js";
import { element } from "./board.js";
import { png } from "./picture.js";

const SAID = {
  link: "a link to this page", line: "one line of text", board: "text, as drawn", cells: "the cells alone",
  svg: "a picture, SVG", png: "a picture, PNG", pdf: "a page to print, PDF", tatham: "an ID of Tatham's puzzles",
  non: "a file of nonograms, .non", dimacs: "clauses for SAT solvers",
};
const DRAWN = ["svg", "png", "pdf"];

/** Offer the forms that can hold this puzzle; `forms` are those of text, with the endings of their files. */
export function offered(select, forms) {
  const names = ["link", ...Object.keys(forms), ...DRAWN];
  const before = select.value;
  select.replaceChildren(...names.map((name) => element("option", { value: name }, SAID[name] || `a link of ${name}`)));
  select.value = names.includes(before) ? before : "link";
}

export async function copied(form, puzzle) {
  if (form === "pdf") throw new Error("a browser copies no PDF; save it");
  try {
    const what = await made(form, puzzle);
    if (form === "png") await navigator.clipboard.write([new ClipboardItem({ "image/png": what })]);
    else await navigator.clipboard.writeText(what);
  } catch (error) {
    throw new Error(`it could not be copied: ${error.message}`);
  }
}

export async function saved(form, puzzle) {
  const what = await made(form, puzzle);
  const blob = what instanceof Blob ? what : new Blob([what], { type: "text/plain" });
  const ending = form === "link" ? ".txt" : puzzle.forms[form] || `.${form}`;
  const link = element("a", { href: URL.createObjectURL(blob), download: `puzzle${ending}` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

async function made(form, { about, held, shown }) {
  if (form === "link") return location.href;
  const drawn = DRAWN.includes(form);
  const answer = await ask("write", { ...about, held: drawn ? shown : held, form: form === "png" ? "svg" : form });
  if (!answer) throw new Error("stopped");
  if (answer.base64) {
    return new Blob([Uint8Array.from(atob(answer.base64), (byte) => byte.charCodeAt(0))], { type: "application/pdf" });
  }
  return form === "png" ? png(answer.text) : answer.text;
}
