// Pieces of the page. Text from elsewhere only ever becomes the text of a node: nothing here reads it as HTML.
import { WORDS } from "/words.js";

const SVG = "http://www.w3.org/2000/svg";
const SUFFIX = /_(ah|k?w|k?va|k?var|k?wh|k?varh|k?vah|v|a|hz|deg|c|k|pct|ppm|ppb|ug_m3|mg_m3|h?pa|kpa|bar|m3|m3_h|l|l_h|l_min|rpm|s|min|h|ohm|mv|ma|m|mm|m_s|lx|db|us_cm|kg|count)$/;

let language = localStorage.getItem("language") ?? (navigator.language.toLowerCase().startsWith("ko") ? "ko" : "en");
export const lang = () => language;
export const words = () => WORDS[language];
export function switchLanguage() {
  language = language === "ko" ? "en" : "ko";
  localStorage.setItem("language", language);
}

export function h(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") node.className = value;
    else if (name in node && name !== "list") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function show(node, text) {
  put(node, text ?? "");
  node.hidden = !text;
}

// Keeps one child for each item, in their order, so that focus and selection stay where they are.
export function sync(parent, items, key, create) {
  const wanted = new Set(items.map(key)), known = new Map();
  for (const child of [...parent.children]) {
    const name = child.dataset.key;
    if (wanted.has(name) && !known.has(name)) known.set(name, child);
    else child.remove();
  }
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    let child = known.get(name);
    known.delete(name);
    if (!child) {
      child = create(item);
      child.dataset.key = name;
    }
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
    child.update?.(item);
  }
}

export function span(seconds) {
  const [days, hours, minutes, second] = words().span;
  const whole = Math.max(0, Math.floor(seconds));
  const part = (count, unit) => (language === "ko" ? `${count}${unit}` : `${count} ${unit}`);
  if (whole < 60) return part(whole, second);
  if (whole < 3600) return part(Math.floor(whole / 60), minutes);
  if (whole < 86400) return `${part(Math.floor(whole / 3600), hours)} ${part(Math.floor((whole % 3600) / 60), minutes)}`;
  return `${part(Math.floor(whole / 86400), days)} ${part(Math.floor((whole % 86400) / 3600), hours)}`;
}

export const short = (seconds) => (seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${number(seconds)} s`);
export const percent = (share) => new Intl.NumberFormat(language, { style: "percent" }).format(share);
export const count = (amount) => new Intl.NumberFormat(language).format(amount);
export const clock = (ms) => new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "medium" }).format(ms);

export function number(value) {
  const size = Math.abs(value);
  if (size >= 1e9 || (size > 0 && size < 1e-3)) return value.toPrecision(4);
  // Few enough digits to read, and the same number of them from one second to the next.
  const digits = size === 0 || size >= 1000 || (size >= 100 && Number.isInteger(value)) ? 0 : size < 10 ? 2 : 1;
  return new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

export function amount(one) {
  if (one.value === null) return "—";
  if (one.meaning?.length) return one.meaning.map((word) => word.replaceAll("_", " ")).join(", ");
  if (typeof one.value === "boolean") return one.value ? words().yes : words().no;
  return typeof one.value === "number" ? (one.unit ? number(one.value) : String(round(one.value))) : one.value;
}

const round = (value) => (Number.isInteger(value) ? value : Number(value.toPrecision(5)));

// `active_power_l1_w` is the power of L1: the unit stands beside the value.
export function label(name, unit) {
  const plain = unit ? name.replace(SUFFIX, "") : name;
  const { quantity, part } = words();
  const known = Object.keys(quantity).filter((one) => plain === one || plain.startsWith(`${one}_`));
  const base = known.sort((one, other) => other.length - one.length)[0] ?? "";
  const rest = plain.slice(base.length).split("_").filter(Boolean).map((word) => part[word] ?? PART[word] ?? word);
  const said = [base && quantity[base], ...rest].filter(Boolean).join(" ").replace(/(L[123]) (L[123]|N)\b/g, "$1–$2");
  return said.charAt(0).toUpperCase() + said.slice(1);
}

const PART = { l1: "L1", l2: "L2", l3: "L3", l1l2: "L1–L2", n: "N", ln: "L–N", ll: "L–L", co2: "CO₂", avg: "mean", thd: "THD", id: "ID" };

// What is wrong, as the agent says it, or in the language of the reader where that has words for it.
export function wrong(error) {
  if (!error) return "";
  const said = words().error?.[error.kind];
  const detail = error.kind === "exception" && error.detail ? words().refusal?.(error.detail) : error.detail;
  return said ? (detail ? `${said} (${detail})` : said) : error.text.charAt(0).toUpperCase() + error.text.slice(1);
}

// The same beside a word for the state, which need not be said twice.
export function advice(device) {
  const said = wrong(device.error);
  const rest = device.error?.kind === "no_reply" ? said.slice(said.indexOf(": ") + 2) : said;
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

export const ago = (seconds) => (seconds < 1 ? words().now : words().ago(span(seconds)));

export function mood(device) {
  if (device.error?.kind === "port_closed") return ["bad", "closed"];
  if (device.state === "offline") return ["bad", device.error?.kind === "late_reply" ? "late" : "bad"];
  if (device.state === "suspect") return ["warn", "suspect"];
  if (device.state === "waiting" && !device.error) return ["idle", "waiting"];
  return device.error ? ["warn", "warn"] : ["good", "good"];
}

// A small curve; a value that was not there is a gap.
export function curve() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "curve");
  svg.setAttribute("viewBox", "0 0 100 24");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  let drawn = "";
  svg.draw = (values) => {
    const now = JSON.stringify(values);
    if (now === drawn) return;
    drawn = now;
    svg.replaceChildren(...lines(values).map((points) => {
      const line = document.createElementNS(SVG, "polyline");
      line.setAttribute("points", points.length > 1 ? points.join(" ") : `${points[0]} ${points[0]}`);
      return line;
    }));
  };
  return svg;
}

function lines(values) {
  const known = values.filter((value) => value !== null);
  const low = Math.min(...known), high = Math.max(...known);
  // Noise of a steady value is not a mountain range: the curve spans a hundredth of the value at least.
  const room = Math.max(high - low, Math.abs(high) / 100, 1e-9), middle = (high + low) / 2;
  const found = [];
  let line = [];
  values.forEach((value, place) => {
    if (value === null) line = [];
    else {
      if (!line.length) found.push(line);
      line.push(`${((100 * place) / Math.max(1, values.length - 1)).toFixed(2)},${(12 - (20 * (value - middle)) / room).toFixed(2)}`);
    }
  });
  return found;
}
