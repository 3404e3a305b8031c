// Small comforts of the console. Every page can be read and used without.
"use strict";

const column_key = (table) => `columns:${table.dataset.columns}`;

function hidden_columns(table) {
  try {
    return new Set(JSON.parse(localStorage.getItem(column_key(table)) ?? "[]"));
  } catch {
    return new Set();
  }
}

function show_columns(table) {
  const hidden = hidden_columns(table);
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, place) => {
    for (const row of table.rows) if (row.cells[place]) row.cells[place].hidden = hidden.has(head.textContent.trim());
  });
}

// A box with a tick for each column but the first; what is hidden stays so on this device.
function offer_columns(table) {
  if (table.dataset.offered) return show_columns(table);
  table.dataset.offered = "1";
  const chinese = document.documentElement.lang.startsWith("zh");
  const box = document.createElement("details");
  box.className = "choose-columns";
  box.append(document.createElement("summary"), document.createElement("div"));
  box.firstChild.textContent = chinese ? "选择列" : "Columns";
  [...table.tHead.rows[0].cells].slice(1).forEach((head) => {
    const name = head.textContent.trim();
    const label = document.createElement("label");
    const tick = Object.assign(document.createElement("input"), { type: "checkbox", checked: !hidden_columns(table).has(name) });
    tick.addEventListener("change", () => {
      const hidden = hidden_columns(table);
      if (tick.checked) hidden.delete(name); else hidden.add(name);
      localStorage.setItem(column_key(table), JSON.stringify([...hidden]));
      show_columns(table);
    });
    label.append(tick, ` ${name}`);
    box.lastChild.append(label);
  });
  const bar = document.querySelector(".filters") ?? table.parentElement.previousElementSibling;
  if (bar) bar.append(box);
  show_columns(table);
}

let library;
function chart_library() {
  library ??= new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: document.body.dataset.charts });
    script.addEventListener("load", () => resolve(window.echarts));
    script.addEventListener("error", reject);
    document.head.append(script);
  });
  return library;
}

// What the table beside it says, as lines or bars, in the colours of the page.
async function draw(figure) {
  if (figure.classList.contains("drawn")) return;
  const { kind, labels, series, unit = "" } = JSON.parse(figure.dataset.chart);
  const echarts = await chart_library();
  figure.classList.add("drawn");
  const style = getComputedStyle(document.body);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const categories = { type: "category", data: labels, axisLabel: { color: colour("soft") } };
  const values = { type: "value", name: unit, nameTextStyle: { align: "left" }, axisLabel: { color: colour("soft") }, splitLine: { lineStyle: { color: colour("line") } } };
  const lies = kind === "bar-across";
  const chart = echarts.init(figure.querySelector(".canvas"), null, { renderer: "svg" });
  chart.setOption({
    animation: false,
    color: [colour("act"), colour("open"), colour("bad"), colour("good")],
    textStyle: { fontFamily: style.fontFamily, color: colour("ink") },
    grid: { left: 8, right: 16, top: 32, bottom: series.length > 1 ? 32 : 8, containLabel: true },
    legend: series.length > 1 ? { bottom: 0, textStyle: { color: colour("ink") } } : undefined,
    tooltip: { trigger: "axis", renderMode: "richText" },
    xAxis: lies ? values : categories,
    yAxis: lies ? { ...categories, inverse: true } : values,
    series: series.map((line) => ({ name: line.name, type: kind === "line" ? "line" : "bar", data: line.values, barMaxWidth: 28 })),
  });
  drawn = [...drawn.filter(still_shown), chart];
}

// Those of pages that were left are given up.
let drawn = [];
function still_shown(chart) {
  const is_shown = chart.getDom().isConnected;
  if (!is_shown) chart.dispose();
  return is_shown;
}

addEventListener("resize", () => {
  drawn = drawn.filter(still_shown);
  drawn.forEach((chart) => chart.resize());
});

function prepare() {
  if (navigator.clipboard) document.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
  document.querySelectorAll("table[data-columns]").forEach(offer_columns);
  document.querySelectorAll("figure[data-chart]").forEach(draw);
  const menu = document.querySelector("[data-menu]");
  if (menu && matchMedia("(max-width: 56rem)").matches) menu.open = false;
}

// A filter that was changed is a filter that is wanted: a choice after a pause, since arrow keys choose at every
// step; a day once the field is left, since it changes with every digit.
const AFTER_KEYS_MS = 700;
let waiting, returning;
function filter(form, field) {
  clearTimeout(waiting);
  returning = field?.id;
  form.requestSubmit();
}

document.addEventListener("change", (event) => {
  const field = event.target, form = field.closest?.("form[data-filters]");
  clearTimeout(waiting);
  if (form && field.matches("select")) waiting = setTimeout(() => filter(form, document.activeElement), AFTER_KEYS_MS);
  if (form && field.matches("input[type=date]")) field.dataset.changed = "1";
});

document.addEventListener("focusout", (event) => {
  const field = event.target;
  if (field.dataset?.changed && field.form?.matches("[data-filters]")) filter(field.form, event.relatedTarget);
});

document.addEventListener("submit", () => clearTimeout(waiting), true);

// An ID number never gets into an address.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "get") return;
  const field = [...event.target.elements].find((each) => /[0-9]{17}[0-9Xx]/.test(each.value ?? ""));
  if (!field) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  field.setCustomValidity(document.documentElement.lang.startsWith("zh") ? "身份证号码请在页首的查找框中输入。" : "Look for an ID number in the field at the head of the page.");
  field.addEventListener("input", () => field.setCustomValidity(""), { once: true });
  field.reportValidity();
}, true);

// One tick for all ticks of the page.
document.addEventListener("change", (event) => {
  const name = event.target.dataset?.tickAll;
  if (name) document.querySelectorAll(`input[type=checkbox][name="${name}"]`).forEach((tick) => { tick.checked = event.target.checked; });
});

// Empty fields of a filter do not belong into the address.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("form[data-filters], form.find")) return;
  for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
});

document.addEventListener("keydown", (event) => {
  const is_typing = event.target.closest?.("input, textarea, select");
  if (event.key === "/" && !is_typing && !event.ctrlKey && !event.metaKey) {
    const field = document.getElementById("q");
    if (field) { event.preventDefault(); field.focus(); }
  }
  if (event.key === "Escape") document.querySelectorAll(".definition[open], .choose-columns[open]").forEach((box) => { box.open = false; });
});

document.addEventListener("click", async (event) => {
  const copying = event.target.closest?.("[data-copy]");
  if (copying) {
    await navigator.clipboard.writeText(document.getElementById(copying.dataset.copy).textContent);
    copying.append(" ✓");
  }
  document.querySelectorAll(".definition[open], .choose-columns[open]").forEach((box) => {
    if (!box.contains(event.target)) box.open = false;
  });
});

// On paper nothing is folded away.
addEventListener("beforeprint", () => {
  document.querySelectorAll("main details:not(.act, .definition, .choose-columns)").forEach((box) => { box.open = true; });
});

// Where no answer comes the page stays as it is, and says so.
document.addEventListener("htmx:error", ({ detail }) => {
  if (!detail?.ctx || detail.ctx.response) return;
  const said = document.getElementById("no-answer") ?? Object.assign(document.createElement("p"), { id: "no-answer", className: "error" });
  said.setAttribute("role", "alert");
  said.textContent = document.documentElement.lang.startsWith("zh") ? "没有收到回答。请检查网络，然后再试。" : "No answer came. Look at your network, then try again.";
  document.querySelector("main")?.prepend(said);
});

// After a page has been exchanged without a reload, whoever listens hears the new one.
document.addEventListener("htmx:after:swap", () => {
  prepare();
  const field = returning && document.getElementById(returning);
  returning = undefined;
  (field || document.querySelector("main [autofocus]") || document.querySelector("main"))?.focus({ preventScroll: true });
});
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", prepare); else prepare();
