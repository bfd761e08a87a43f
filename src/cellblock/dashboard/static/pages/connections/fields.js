// Fields from a JSON schema: what each setting is, its text in a form, and the value for what was written.

import { html } from "../../vendor/ui.js";
import { AreaField, CheckField, SelectField, TextField } from "../../parts/field.js";

const NUMBERS = ["integer", "number"];
const GROUPED = /^-?\d{1,3}(,\d{3})+(\.\d+)?$/; // not 0,5, which would be read as 5

/** Read what a property of a schema is: {type, enum, items, nullable, default, description, …}. */
export function shapeOf(name, property, required) {
  const options = property.anyOf || [property];
  const real = options.filter((one) => one.type !== "null");
  const one = real.length === 1 ? real[0] : {};
  const choices = one.enum?.filter((value) => value !== null);
  const shape = {
    name, required, nullable: options.length !== real.length || Boolean(one.enum?.includes(null)),
    default: property.default, about: (property.description || "").replaceAll("``", ""), least: one.minimum, most: one.maximum,
  };
  if (choices) return { ...shape, form: "choice", choices };
  if (one.type === "boolean") return { ...shape, form: "switch" };
  if (NUMBERS.includes(one.type)) return { ...shape, form: "number" };
  if (one.type === "string") return { ...shape, form: "text" };
  const words = (list) => list.length > 0 && list.every((each) => each.type === "string" || NUMBERS.includes(each.type));
  if (one.type === "array" && words(one.items?.anyOf || [one.items || {}])) {
    return { ...shape, form: "list", numbers: Boolean(one.items.anyOf?.some((each) => NUMBERS.includes(each.type))) };
  }
  if (real.length > 1 && words(real)) return { ...shape, form: "text", numbers: true };
  return { ...shape, form: "json" };
}

/** Give the text of a value, as the form shows it. */
export function written(shape, value) {
  if (shape.form === "switch") return value ?? shape.default ?? false;
  if (value === undefined) return "";
  if (shape.form === "list") return (value || []).join("\n");
  if (shape.form === "json") return JSON.stringify(value, null, 2);
  return value === null ? (shape.default === null ? "" : "none") : String(value);
}

const wordOf = (text, numbers) => (numbers && /^-?\d{1,15}$/.test(text) ? Number(text) : text);

/** Give the value for what was written; undefined leaves the setting out. Throws a text. */
export function valueOf(shape, text) {
  if (shape.form === "switch") return text === (shape.default ?? false) ? undefined : text;
  const plain = text.trim();
  if (plain === "") return undefined;
  if (shape.form === "list") return plain.split(/[\n,]/).map((one) => one.trim()).filter(Boolean).map((one) => wordOf(one, shape.numbers));
  if (shape.nullable && plain.toLowerCase() === "none" && shape.default !== null) return null;
  if (shape.form === "number") {
    const number = Number(GROUPED.test(plain) ? plain.replaceAll(",", "") : plain);
    if (!Number.isFinite(number)) throw new Error("write a number, such as 1,000 or 0.5");
    return number;
  }
  if (shape.form === "json") {
    try {
      return JSON.parse(plain);
    } catch {
      throw new Error("this is no JSON");
    }
  }
  return shape.form === "choice" ? shape.choices.find((one) => String(one) === plain) : wordOf(plain, shape.numbers);
}

function standing(shape) {
  const value = shape.default;
  if (value === undefined || value === null || value === "" || value === false || (Array.isArray(value) && !value.length)) return "";
  return `Default: ${typeof value === "number" ? value.toLocaleString("en-GB") : Array.isArray(value) ? value.join(", ") : value}${shape.nullable ? "; write none for none" : ""}.`;
}

/** The control of one setting. */
export function SettingField({ shape, value, onInput, error, refused }) {
  const notes = [shape.about, refused ? "A token of all workspaces alone may change this." : standing(shape)];
  const given = { label: shape.name, hint: notes.filter(Boolean).join(" "), error, value, onInput, disabled: refused, required: shape.required };
  if (shape.form === "switch") return html`<${CheckField} ...${given} />`;
  if (shape.form === "choice") {
    const first = shape.required ? [] : [["", shape.default === null || shape.default === undefined ? "by default" : `${shape.default} (default)`]];
    return html`<${SelectField} ...${given} options=${[...first, ...shape.choices.filter((one) => shape.required || one !== shape.default).map((one) => [String(one), String(one)])]} />`;
  }
  if (shape.form === "list") return html`<${AreaField} ...${given} rows=${2} placeholder="one a line" />`;
  if (shape.form === "json") return html`<${AreaField} ...${given} rows=${4} placeholder="JSON" />`;
  return html`<${TextField} ...${given} inputmode=${shape.form === "number" ? "decimal" : undefined} autocomplete="off" spellcheck=${false} />`;
}
