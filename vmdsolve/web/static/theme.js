// Dark or light: what was chosen here before, else what the system prefers.

/** Let a button change between the two. */
export function themed(button) {
  const to = (name) => {
    document.documentElement.dataset.theme = name;
    button.setAttribute("aria-pressed", String(name === "dark"));
  };
  to(before() || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  button.addEventListener("click", () => {
    const chosen = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    to(chosen);
    keep(chosen);
  });
}

function keep(name) {
  try {
    localStorage.setItem("theme", name);
  } catch { /* it may be forbidden */ }
}

function before() {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null;
  }
}
