// Questions to the server. One at a time: a new one, or `stop`, ends the one before, on the server, too.

let running = null;

/** The answer to one question; throws an Error with a sentence where there is none, null where it was stopped. */
export async function ask(what, question) {
  stop();
  const mine = (running = new AbortController());
  try {
    const response = await fetch(`api/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(question),
      signal: mine.signal,
    });
    const answer = await response.json();
    if (answer.error) throw new Error(answer.error);
    return answer;
  } catch (error) {
    if (error.name === "AbortError") return null;
    if (error instanceof TypeError) throw new Error("the server cannot be reached; is it still running?");
    throw error;
  } finally {
    if (running === mine) running = null;
  }
}

export function stop() {
  if (running) running.abort();
  running = null;
}
