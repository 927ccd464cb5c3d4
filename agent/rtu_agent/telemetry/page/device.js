// Everything about one device.
import { advice, ago, amount, clock, curve, h, label, mood, number, put, short, show, span, sync, words } from "/parts.js";

export function devicePage() {
  const w = words();
  const name = h("h1"), state = h("p", { class: "lead" }), why = h("p", { "aria-live": "polite" }), facts = h("p", { class: "lead" });
  const head = h("section", { class: "verdict" }, name, state, why, facts);
  const charts = h("ul", { class: "cards" }), chartsHead = h("h2", { textContent: w.curves });
  const body = h("tbody");
  const heading = (text, extra) => h("th", { scope: "col", textContent: text, class: extra ?? "" });
  const points = h("table", { "aria-label": w.points }, h("thead", {}, h("tr", {}, heading(w.name), heading(w.value), heading(w.trust),
    heading(w.group, "extra"), heading(w.place, "extra"))), body);
  const plan = h("ul", { class: "rows list" }), planHead = h("h2", { textContent: w.plan }), refused = h("p", { class: "lead" });
  const changes = h("ol", { class: "rows list" }), changesHead = h("h2", { textContent: w.changes });
  const node = h("div", {}, h("a", { class: "back", href: "#/", textContent: `← ${w.back}` }), head, chartsHead, charts,
    h("h2", { textContent: w.points }), h("div", { class: "rows points" }, points),
    changesHead, changes, planHead, plan, refused);
  node.update = (device) => {
    const [level, word] = mood(device);
    head.className = `verdict plain ${level}`;
    why.className = level;
    head.level = level;
    node.classList.toggle("old", level === "bad" || word === "suspect");
    put(name, device.name);
    put(state, [w.state[word], device.age_s === null ? "" : ago(device.age_s)].filter(Boolean).join(" · "));
    state.className = `lead ${level}`;
    show(why, device.error ? `${advice(device)} (${w.since(span((device.time_ms - device.error.since_ms) / 1000))})` : "");
    put(facts, `${w.sort[device.kind] ?? device.kind.replaceAll("_", " ")} · ${w.driver} ${device.driver} · ${w.on} ${device.bus} · ${w.unit} ${device.unit}`);
    const curves = Object.entries(device.history).filter(([, one]) => one.values.some((value) => value !== null));
    const units = new Map(device.points.map((point) => [point.name, point]));
    sync(charts, curves.map(([field, one]) => ({ field, ...one, point: units.get(field) ?? { name: field, unit: "", value: null } })),
      (one) => one.field, chart);
    chartsHead.hidden = !curves.length;
    sync(body, device.points, (point) => point.name, pointRow);
    sync(plan, device.plan, (one) => one.groups.join(), planLine);
    planHead.hidden = !device.plan.length;
    plan.hidden = !device.plan.length;
    show(refused, device.refused ? w.refuses(device.refused) : "");
    sync(changes, device.changes, (one) => String(one.time_ms), changeLine);
    changesHead.hidden = changes.hidden = !device.changes.length;
  };
  return node;
}

function chart() {
  const name = h("span", { class: "small" }), said = h("span"), unit = h("span", { class: "unit" }), picture = curve();
  const low = h("span"), high = h("span"), length = h("span");
  const node = h("li", { class: "card chart" }, name, h("p", { class: "big" }, said, unit), picture,
    h("p", { class: "ends" }, length, h("span", {}, "↓ ", low, "  ↑ ", high)));
  node.update = ({ point, values, times_ms: times }) => {
    const known = values.filter((value) => value !== null);
    put(name, label(point.name, point.unit));
    put(said, amount(point));
    put(unit, point.unit && point.value !== null ? ` ${point.unit}` : "");
    picture.draw(values);
    put(low, number(Math.min(...known)));
    put(high, number(Math.max(...known)));
    put(length, span((times.at(-1) - times[0]) / 1000));
  };
  return node;
}

function pointRow() {
  const name = h("th", { scope: "row" }), value = h("td", { class: "v" }), trust = h("td");
  const group = h("td", { class: "extra" }), place = h("td", { class: "extra mono" });
  const row = h("tr", {}, name, value, trust, group, place);
  row.update = (point) => {
    const w = words();
    put(name, label(point.name, point.unit));
    name.title = point.name;
    put(value, amount(point) + (point.unit && point.value !== null ? ` ${point.unit}` : ""));
    put(trust, w.quality[point.quality] + (point.reason ? `: ${w.reason[point.reason] ?? point.reason}` : ""));
    trust.className = point.quality === "good" ? "good" : point.reason === "not_read" ? "idle" : "warn";
    put(group, w.group_name[point.group] ?? point.group);
    put(place, point.address === null ? w.computed : `${w.table[point.table]} ${hex(point.address)}`);
  };
  return row;
}

const hex = (address) => `0x${address.toString(16).toUpperCase().padStart(4, "0")}`;

function planLine() {
  const what = h("span"), blocks = h("span", { class: "small mono" }), took = h("span", { class: "small" });
  const line = h("li", {}, what, blocks, took);
  line.update = (one) => {
    const w = words();
    put(what, one.groups.map((group) => w.group_name[group] ?? group).join(" + "));
    put(blocks, one.blocks.map((block) => `${w.table[block.table]} ${hex(block.address)}+${block.count}`).join(", "));
    put(took, w.takes(short(one.took_s)));
  };
  return line;
}

function changeLine() {
  const what = h("span"), when = h("span", { class: "small" });
  const line = h("li", {}, what, when);
  line.update = (one) => {
    put(what, words().change[one.state] ?? one.state);
    what.className = { online: "good", suspect: "warn", offline: "bad" }[one.state] ?? "";
    put(when, clock(one.time_ms));
  };
  return line;
}
