// Asks the agent again and again, and shows what it says.
import { ago, clock, h, lang, put, show, span, switchLanguage, words } from "/parts.js";
import { overview } from "/overview.js";
import { devicePage } from "/device.js";

const EVERY_MS = 1000;
const PATIENCE_MS = 5000;
const LOST_S = 3;
const SHARE = 10; // an answer that takes long is asked for less often

const main = document.getElementById("main");
const mark = document.querySelector(".mark");
let view = null;
let heard = null; // when the agent answered last
let missed = null; // since when it does not
let timer = 0;
let asking = null;

function route() {
  const [, where, name] = location.hash.match(/^#\/(device|bus)\/(.+)$/) ?? [];
  const known = name === undefined ? "" : decode(name);
  const path = where === "device" ? `/api/v1/devices/${encodeURIComponent(known)}`
    : `/api/v1/status${where === "bus" ? `?bus=${encodeURIComponent(known)}` : ""}`;
  return { where: where ?? "", name: known, path };
}

function decode(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function open(moved) {
  const { where, name, path } = route();
  document.documentElement.lang = lang();
  put(document.getElementById("language"), words().other);
  put(document.getElementById("skip"), words().skip);
  view = where === "device" ? devicePage() : overview(where === "bus" ? name : "");
  view.path = path;
  view.hidden = true;
  main.replaceChildren(h("p", { class: "lead", textContent: words().loading }), view);
  if (moved) {
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  ask();
}

async function ask() {
  clearTimeout(timer);
  asking?.abort();
  const control = asking = new AbortController();
  const began = performance.now(), alarm = setTimeout(() => control.abort(), PATIENCE_MS);
  const said = await hear(control.signal);
  clearTimeout(alarm);
  if (control !== asking) return; // somebody asks for something else by now
  const took = said === undefined ? 0 : performance.now() - began; // waiting in vain is no reason to wait longer
  if (!document.hidden) timer = setTimeout(ask, Math.max(EVERY_MS, SHARE * took));
  if (said === undefined) missed ??= Date.now();
  else [heard, missed] = [Date.now(), null];
  fresh();
  if (said === null) gone();
  else if (said) tell(said);
}

// Until there is something of that name again.
function gone() {
  if (!view.gone) main.replaceChildren(h("a", { class: "back", href: "#/", textContent: `← ${words().back}` }), h("h1", { textContent: words().gone }));
  view.gone = view.hidden = true;
}

// Returns what the agent says; null when there is nothing of that name, undefined when there is no answer.
async function hear(signal) {
  try {
    const answer = await fetch(view.path, { signal, cache: "no-store" });
    return answer.ok ? await answer.json() : answer.status === 404 ? null : undefined;
  } catch {
    return undefined;
  }
}

function tell(said) {
  view.update(said);
  if (view.hidden) {
    view.gone = view.hidden = false;
    main.replaceChildren(view);
  }
  mark.className = `mark ${view.querySelector(".verdict").level}`;
  put(document.getElementById("site"), said.site);
  document.title = `${view.querySelector("h1").textContent} – ${said.site}`;
  if (!said.config) return;
  show(document.getElementById("refused"), said.config.problem ? words().refused(said.config.problem) : "");
  const about = [`rtu-agent ${said.version}`, `${words().up} ${span(said.uptime_s)}`, `${words().config} ${clock(said.config.loaded_ms)}`];
  document.getElementById("about").replaceChildren(...about.map((text) => h("span", { textContent: text })));
}

// Old numbers must not look like new ones.
function fresh() {
  const now = Date.now();
  const silent = (now - (heard ?? missed)) / 1000;
  const lost = missed !== null && silent > LOST_S;
  document.body.classList.toggle("lost", lost);
  show(document.getElementById("unreachable"), lost ? words().unreachable(span(silent)) : "");
  put(document.getElementById("fresh"), heard === null ? "" : words().fresh(ago(silent < 2 ? 0 : silent)));
  if (lost) mark.className = "mark bad";
}

document.getElementById("language").addEventListener("click", () => {
  switchLanguage();
  open(false);
});
addEventListener("hashchange", () => open(true));
document.addEventListener("visibilitychange", () => document.hidden || ask());
setInterval(fresh, 1000);
open(false);
