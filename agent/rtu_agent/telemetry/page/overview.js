// The first view: is everything well, and if not, what and where.
import { advice, ago, amount, clock, count, curve, h, label, mood, percent, put, short, show, span, sync, words, wrong } from "/parts.js";

const MOST_ROWS = 200;
const MANY = 12;

export function overview(chosen) {
  const w = words();
  const verdict = h("h1");
  const lead = h("p", { class: "lead" });
  const head = h("section", { class: "verdict", "aria-live": "polite" }, verdict, lead);
  const buses = h("ul", { class: "cards" });
  const search = h("input", { type: "search", placeholder: w.search, "aria-label": w.search });
  const trouble = h("button", { type: "button", textContent: w.only_trouble, "aria-pressed": "false" });
  const all = h("a", { href: "#/", textContent: w.back, hidden: !chosen });
  const tools = h("div", { class: "tools" }, search, trouble, all);
  const rows = h("ol", { class: "rows" });
  const more = h("p", { class: "lead" });
  const outputs = h("ul", { class: "cards" });
  const node = h("div", {}, head,
    h("h2", { textContent: w.devices }), tools, rows, more,
    h("h2", { textContent: w.buses }), buses,
    h("h2", { textContent: w.outputs }), outputs);
  let last = null;
  const again = () => last && node.update(last);
  search.addEventListener("input", again);
  trouble.addEventListener("click", () => {
    trouble.setAttribute("aria-pressed", String(trouble.getAttribute("aria-pressed") !== "true"));
    again();
  });
  node.update = (status) => {
    last = status;
    const wanted = chosen ? status.buses.filter((bus) => bus.name === chosen) : status.buses;
    judge({ ...status, buses: wanted }, head, verdict, lead);
    sync(buses, wanted, (bus) => bus.name, busCard);
    tools.hidden = status.devices.length <= MANY && !chosen;
    const found = status.devices.filter((device) =>
      (!search.value || `${device.name} ${device.bus}`.toLowerCase().includes(search.value.toLowerCase())) &&
      (trouble.getAttribute("aria-pressed") !== "true" || mood(device)[0] !== "good"));
    const shown = fitting(found);
    sync(rows, withBuses(shown, status.buses.length > 1), (row) => row.heading ? `bus ${row.heading}` : `device ${row.name}`,
      (row) => (row.heading ? busHeading(row) : deviceRow()));
    show(more, found.length ? (found.length > shown.length ? words().hidden(found.length - shown.length) : "") : words().none_found);
    rows.hidden = !found.length;
    sync(outputs, status.outputs.map((output) => ({ ...output, now: status.time_ms })), (output) => output.name, outputCard);
  };
  return node;
}

function judge(status, head, verdict, lead) {
  const w = words();
  const tally = { good: 0, warn: 0, bad: 0, idle: 0 };
  for (const bus of status.buses) {
    const n = bus.states;
    if (!bus.is_open) tally.bad += n.online + n.suspect + n.offline + n.waiting;
    else { tally.bad += n.offline; tally.idle += n.waiting; tally.warn += n.suspect; tally.good += n.online; }
  }
  const troubled = status.devices.filter((device) => device.state === "online" && mood(device)[0] === "warn").length;
  const all = tally.good + tally.warn + tally.bad + tally.idle;
  const failing = status.outputs.filter((output) => output.error).length;
  const closed = status.buses.filter((bus) => !bus.is_open).length;
  const level = tally.bad || closed ? "bad" : tally.warn + troubled || failing ? "warn" : tally.idle ? "idle" : "good";
  head.className = `verdict ${level}`;
  put(verdict, tally.bad ? w.some_bad(tally.bad, all) : tally.warn + troubled ? w.some_warn(tally.warn + troubled)
    : tally.idle ? w.some_wait(tally.idle) : w.all_good(all));
  put(lead, [closed ? w.bus_closed(closed) : "", failing ? w.outputs_fail(failing) : w.outputs_good].filter(Boolean).join(" · "));
  head.level = level;
}

// Those in trouble are never among the ones left out.
function fitting(devices) {
  if (devices.length <= MOST_ROWS) return devices;
  const need = new Map(devices.map((device, place) => [device, [["bad", "warn", "idle", "good"].indexOf(mood(device)[0]), place]]));
  const chosen = new Set([...devices].sort((one, other) => need.get(one)[0] - need.get(other)[0] || need.get(one)[1] - need.get(other)[1]).slice(0, MOST_ROWS));
  return devices.filter((device) => chosen.has(device));
}

function withBuses(devices, several) {
  if (!several) return devices;
  const byBus = new Map();
  for (const device of devices) byBus.set(device.bus, [...(byBus.get(device.bus) ?? [{ heading: device.bus }]), device]);
  return [...byBus.values()].flat();
}

const busHeading = (row) => h("li", { class: "bus" }, h("a", { href: `#/bus/${encodeURIComponent(row.heading)}`, textContent: row.heading }));

export function valueCell() {
  const name = h("span", { class: "label" }), said = h("span"), unit = h("span", { class: "unit" });
  const node = h("span", { class: "value" }, name, h("span", { class: "amount" }, said, unit));
  node.update = (one) => {
    put(name, label(one.name, one.unit));
    put(said, amount(one));
    put(unit, one.unit && one.value !== null ? ` ${one.unit}` : "");
  };
  return node;
}

function deviceRow() {
  const dot = h("span", { class: "dot", "aria-hidden": "true" });
  const name = h("span", { class: "name" }), state = h("span", { class: "state" });
  const values = h("span", { class: "values" }), picture = curve(), age = h("span", { class: "age" });
  const why = h("span", { class: "why" });
  const link = h("a", { class: "device" }, h("span", { class: "who" }, dot, h("span", {}, name, state)), values,
    h("span", { class: "spark" }, picture), age, why);
  const node = h("li", {}, link);
  node.update = (device) => {
    const [level, word] = mood(device);
    node.dataset.mood = level;
    dot.className = `dot ${level}`;
    link.className = `device${level === "good" || level === "idle" ? "" : " old"}${device.values.length ? "" : " empty"}`;
    link.href = `#/device/${encodeURIComponent(device.name)}`;
    put(name, device.name);
    put(state, words().state[word]);
    state.className = `state ${level}`;
    sync(values, device.values, (one) => one.name, valueCell);
    picture.draw(device.trend?.values ?? []);
    put(age, device.age_s === null ? "" : ago(device.age_s));
    show(why, advice(device));
    why.className = `why ${level}`;
  };
  return node;
}

function busCard() {
  const name = h("h3"), state = h("span", { class: "small" }), port = h("p", { class: "small mono" });
  const filled = h("span"), bar = h("div", { class: "bar", role: "meter", "aria-valuemin": 0, "aria-valuemax": 100 }, filled);
  const busy = h("b"), lag = h("b"), worst = h("span"), asked = h("b"), why = h("p", { class: "small bad" });
  const well = h("p", { class: "small errors" }), body = h("tbody");
  const w = words();
  const table = h("table", { class: "errors" }, h("caption", { textContent: w.errors }),
    h("thead", {}, h("tr", {}, h("th", { textContent: w.errors }), ...w.minutes.map((one) => h("th", { class: "n", scope: "col", textContent: one })))), body);
  const node = h("li", { class: "card" }, h("div", { class: "top" }, name, state), port, why, bar,
    h("p", { class: "figures" }, h("span", {}, `${w.busy} `, busy), h("span", {}, `${w.late} `, lag, worst)), well, table);
  node.update = (bus) => {
    put(name, bus.name);
    put(state, bus.is_open ? w.open : w.closed);
    state.className = `small ${bus.is_open ? "good" : "bad"}`;
    put(port, bus.port);
    show(why, bus.is_open || !bus.problem ? "" : w.closed_why(bus.problem));
    const share = Math.min(1, bus.utilisation);
    bar.className = `bar ${share > 0.9 ? "bad" : share > 0.75 ? "warn" : ""}`;
    bar.setAttribute("aria-valuenow", String(Math.round(100 * share)));
    bar.setAttribute("aria-label", `${w.busy} ${bus.name}`);
    filled.style.width = `${100 * share}%`;
    put(busy, percent(bus.utilisation));
    put(lag, short(bus.lag_s));
    put(worst, ` (${w.late_worst} ${short(bus.windows["1m"].worst_lag_s)})`);
    const windows = ["1m", "5m", "60m"].map((one) => bus.windows[one].errors);
    const kinds = Object.keys(windows[2]);
    show(well, kinds.length ? "" : w.no_errors);
    table.hidden = !kinds.length;
    sync(body, kinds, (kind) => kind, errorRow);
    [...body.children].forEach((row, place) => row.fill(kinds[place], windows.map((one) => one[kinds[place]] ?? 0)));
  };
  return node;
}

function errorRow() {
  const kind = h("th", { scope: "row" }), cells = [0, 1, 2].map(() => h("td", { class: "n" }));
  const row = h("tr", {}, kind, ...cells);
  row.fill = (name, counts) => {
    put(kind, words().kind[name] ?? name.replaceAll("_", " "));
    cells.forEach((cell, place) => put(cell, counts[place] ? count(counts[place]) : "–"));
  };
  return row;
}

function outputCard() {
  const w = words();
  const name = h("h3"), state = h("span", { class: "small" }), why = h("p", { class: "small warn" });
  const stored = h("b"), waiting = h("b"), oldest = h("span"), success = h("b"), lost = h("b");
  const lostLine = h("span", { class: "bad" }, `${w.dropped} `, lost);
  const node = h("li", { class: "card" }, h("div", { class: "top" }, name, state), why,
    h("p", { class: "figures" }, h("span", {}, `${w.stored} `, stored), h("span", {}, `${w.waiting} `, waiting, oldest),
      h("span", {}, `${w.last_success} `, success), lostLine));
  node.update = (output) => {
    put(name, output.name);
    put(state, output.error ? w.fails : w.works);
    state.className = `small ${output.error ? "warn" : "good"}`;
    show(why, wrong(output.error));
    put(stored, count(output.stored));
    put(waiting, count(output.waiting));
    put(oldest, output.oldest_ms === null ? "" : ` (${w.oldest} ${span((output.now - output.oldest_ms) / 1000)})`);
    put(success, output.last_success_ms === null ? w.never : ago((output.now - output.last_success_ms) / 1000));
    success.title = output.last_success_ms === null ? "" : clock(output.last_success_ms);
    const dropped = Object.values(output.dropped).reduce((sum, one) => sum + one, 0);
    put(lost, count(dropped));
    lostLine.hidden = !dropped;
  };
  return node;
}
