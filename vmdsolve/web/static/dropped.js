// What a file holds, as a question can carry it: text, or the bytes of what is none, packed files and tables.

const MOST = 900_000; // bytes of a file of text
const MOST_BYTES = 600_000; // of another

/** {text} or {base64}; throws an Error with a sentence where a file is too large. */
export async function contentOf(file) {
  refuse(file, MOST, "");
  const bytes = new Uint8Array(await file.arrayBuffer());
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    refuse(file, MOST_BYTES, " of what is no text");
    return { base64: base64(bytes) };
  }
}

function refuse(file, most, what) {
  if (file.size <= most) return;
  const [has, up] = [file.size, most].map((number) => number.toLocaleString());
  throw new Error(`${file.name} has ${has} bytes; a page reads up to ${up}${what}; the command line reads any`);
}

function base64(bytes) {
  let letters = "";
  for (let at = 0; at < bytes.length; at += 9000) letters += String.fromCharCode(...bytes.subarray(at, at + 9000));
  return btoa(letters);
}
