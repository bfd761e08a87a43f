// JSON as text: laid out without being read into numbers, which would lose digits, and judged.

const DEEPEST = 20;

/**
 * Lay a JSON text out with two spaces, as deep as `DEEPEST`: a thousand levels would be a thousand times
 * its length. What is no JSON comes back as it is.
 */
export function laidOut(text) {
  const parts = text.match(/"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s"[\]{}:,]+/g) || [];
  let out = "";
  let deep = 0;
  const line = () => `\n${"  ".repeat(Math.min(deep, DEEPEST))}`;
  parts.forEach((part, n) => {
    if (part === "{" || part === "[") {
      out += part;
      const empty = parts[n + 1] === "}" || parts[n + 1] === "]";
      deep += 1;
      if (!empty) out += line();
    } else if (part === "}" || part === "]") {
      deep = Math.max(0, deep - 1);
      const empty = parts[n - 1] === "{" || parts[n - 1] === "[";
      out += empty ? part : line() + part;
    } else if (part === ",") out += part + line();
    else out += part === ":" ? ": " : part;
  });
  return out;
}

/** What is wrong with it, as an editor shows it: [] or [{line, column, message}]. */
export function faults(text) {
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    return [{ ...placeOf(text, error.message), message: error.message }];
  }
}

function placeOf(text, message) {
  const byLine = /line (\d+) column (\d+)/.exec(message);
  if (byLine) return { line: Number(byLine[1]), column: Number(byLine[2]) - 1 };
  const at = /position (\d+)/.exec(message);
  const before = text.slice(0, at ? Number(at[1]) : text.length).split("\n");
  return { line: before.length, column: before.at(-1).length };
}
