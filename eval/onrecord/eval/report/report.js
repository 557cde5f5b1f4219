// Drawing what the address says, what hands do, and the files that can be saved.

// ---- drawing it all ----

let shownFilter = null, shownText = null;
function chips() {
  const says = new Map([["layer", "layer"], ["outcome", "outcome"], ["gold", "gold"], ["pred", "system"], ["ref", "about"], ["to", "target"], ["q", "text"]]);
  fill("chips", ...FILTERS.filter((key) => state.has(key)).map((key) => {
    const given = state.get(key);
    const shown = key === "gold" && given === index.nothing ? "nothing (spurious)" : key === "pred" && given === index.nothing ? "nothing (missed)" : given;
    const made = el("button", { type: "button", "aria-label": visible(`remove the filter ${says.get(key)} ${shown}`) }, `${says.get(key)}: `, bdi(shown), " ×");
    made.addEventListener("click", () => go(changed([key, ""], ["item", ""], ["doc", ""], ["at", ""])));
    return made;
  }));
  $("f-layer").value = state.get("layer") || "";
  $("f-outcome").value = state.get("outcome") || "";
  if (document.activeElement !== $("f-text")) $("f-text").value = state.get("q") || "";
}
let drawing = 0;
async function draw(scroll) {
  const mine = ++drawing;
  state = read();
  const filter = FILTERS.map((key) => state.get(key) || "").join("\n");
  const refiltered = filter !== shownFilter;
  chips();
  if (refiltered) {
    const found = await countAll(() => mine === drawing, (share) => fill("list-count", `searching: ${Math.floor(100 * share)}%`));
    if (!found || mine !== drawing) return;
    counts = found;
    shownFilter = filter;
    drawList();
  }
  if (!index.documents.length) return;
  let n = state.has("doc") ? places.get(state.get("doc")) : undefined;
  if (n === undefined) n = refiltered && filtered() && !counts[current] ? Math.max(0, counts.findIndex((each) => each > 0)) : Math.max(0, current);
  const doc = await load(n);
  if (mine !== drawing) return;
  turnedTo = -1;
  const item = state.has("item") ? doc.items.find((each) => each.k === state.get("item")) : undefined;
  if (n !== current || shownText === null) {
    current = n;
    shownText = n;
    fill("doc-title", bdi(cut(doc.title || doc.id, 200)));
    fill("doc-about", bdi(doc.id), ...doc.about.filter((each) => each[1]).flatMap((each) => [" · ", bdi(each[1])]));
    if (item && !on.has(item.l)) on.add(item.l);
    drawText(doc);
    drawQuotes(doc);
    drawStances(doc);
    drawStanceRows(doc);
    drawExchange(doc);
  }
  if (item && !on.has(item.l)) { on.add(item.l); syncLayers(); drawText(doc); }
  markList();
  dim(doc);
  choose(doc, n, item);
  if (state.has("at")) pointAt(doc, state.get("at"));
  if (scroll) scrollToPlace(item);
}
function choose(doc, n, item) {
  for (const each of $("text").querySelectorAll(".chosen")) each.classList.remove("chosen");
  for (const each of item ? spansOf(item) : []) each.classList.add("chosen");
  drawDetails(doc, item);
  drawPen(doc, item);
  drawItems(doc, n, item);
}
function scrollToPlace(item) {
  const spans = item ? spansOf(item) : [...$("text").querySelectorAll(".here")];
  if (spans.length) spans[0].scrollIntoView({ block: "center" });
  else $("documents").scrollIntoView();
}
function pointAt(doc, at) {
  const [from, to] = at.split("-").map(Number);
  if (!(from < to)) return;
  const letters = Array.from(doc.text), start = letters.slice(0, from).join("").length, end = letters.slice(0, to).join("").length;
  const walker = document.createTreeWalker($("text"), NodeFilter.SHOW_TEXT), nodes = [];
  for (let offset = 0; walker.nextNode(); offset += walker.currentNode.data.length) nodes.push([walker.currentNode, offset]);
  for (const [node, offset] of nodes) {
    const a = Math.max(start - offset, 0), b = Math.min(end - offset, node.data.length);
    if (a >= b) continue;
    const range = document.createRange();
    range.setStart(node, a);
    range.setEnd(node, b);
    range.surroundContents(el("span", { class: "here" }));
  }
  shownText = null;
}

// ---- hands ----

async function step(by) {
  if (current < 0) return;
  const list = steps(current), doc = open(current);
  const at = list.findIndex((item) => item.k === state.get("item"));
  const next = at < 0 ? (by > 0 ? 0 : list.length - 1) : at + by;
  if (list[next]) { scrollNext = true; go(changed(["doc", doc.id], ["item", list[next].k], ["at", ""])); return; }
  const other = nextDocument(by);
  if (other === undefined) return;
  await load(other);
  const there = steps(other);
  scrollNext = true;
  go(changed(["doc", index.documents[other].id], ["item", there[by > 0 ? 0 : there.length - 1].k], ["at", ""]));
}
function nextDocument(by) {
  for (let n = current + by; n >= 0 && n < counts.length; n += by) if (counts[n]) return n;
  return undefined;
}
let turnedTo = -1;  // where a key has led that is not drawn yet: the next one goes on from there
function turn(by) {
  if (current < 0) return;
  let n = (turnedTo < 0 ? current : turnedTo) + by;
  while (filtered() && n >= 0 && n < counts.length && !counts[n]) n += by;
  if (n < 0 || n >= counts.length) return;
  turnedTo = n;
  go(changed(["doc", index.documents[n].id], ["item", ""], ["at", ""]));
}
let scrollNext = false;
addEventListener("hashchange", () => {
  const hash = location.hash.slice(1);
  if (hash && !hash.includes("=")) return;
  const scroll = scrollNext || !stay;
  stay = scrollNext = false;
  draw(scroll);
});
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
  const typing = event.target.matches("input[type=search], select, textarea");
  if (event.key === "Escape") {
    if (typing) event.target.blur();
    else if (state.has("item") || state.has("at")) go(changed(["item", ""], ["at", ""]));
    else go(new Map([["doc", index.documents.length ? index.documents[Math.max(0, current)].id : ""]]));
    return;
  }
  if (typing) return;
  const keys = new Map([["n", () => step(1)], ["p", () => step(-1)], ["j", () => turn(1)], ["k", () => turn(-1)],
    ["/", () => { $("f-text").focus(); $("f-text").select(); }], ["?", () => $("help").showModal()],
    ["c", () => penFocus("pen-cause")], ["m", () => penFocus("pen-note")],
    ...["0", ...PEN.verdicts.map((each, at) => String(at + 1))].map((key) => [key, () => judgeBy(key)])]);
  if (keys.has(event.key)) { event.preventDefault(); keys.get(event.key)(); }
});
const itemAt = (target) => {
  const span = target.closest ? target.closest("[data-i]") : null;
  return span ? open(current).items[Number(span.dataset.i)] : undefined;
};
const pre = $("text");
pre.addEventListener("click", (event) => {
  const item = itemAt(event.target);
  if (item && getSelection().isCollapsed) go(changed(["doc", open(current).id], ["item", item.k], ["at", ""]));
});
pre.addEventListener("pointerover", (event) => {
  const item = itemAt(event.target);
  for (const each of pre.querySelectorAll(".hot")) each.classList.remove("hot");
  for (const each of item ? marks.get(item.at) || [] : []) each.classList.add("hot");
  if (item && !state.has("item")) drawDetails(open(current), item);
});
pre.addEventListener("pointerleave", () => { for (const each of pre.querySelectorAll(".hot")) each.classList.remove("hot"); });
pre.addEventListener("focusin", (event) => { const item = itemAt(event.target); if (item) drawDetails(open(current), item); });
pre.addEventListener("keydown", (event) => {
  const spans = [...pre.querySelectorAll("[tabindex]")], at = spans.indexOf(document.activeElement);
  if (at < 0) return;
  if (event.key === "Enter" || event.key === " ") { event.preventDefault(); go(changed(["doc", open(current).id], ["item", itemAt(spans[at]).k], ["at", ""])); }
  const next = event.key === "ArrowRight" ? spans[at + 1] : event.key === "ArrowLeft" ? spans[at - 1] : null;
  if (next) { event.preventDefault(); spans[at].tabIndex = -1; next.tabIndex = 0; next.focus(); }
});
function syncLayers() { for (const each of $("layers").querySelectorAll("input")) each.checked = on.has(each.value); }
const redraw = () => { if (current < 0) return; const doc = open(current); drawText(doc); dim(doc); choose(doc, current, doc.items.find((each) => each.k === state.get("item"))); };
fill("layers", ...ITEM_LAYERS.map((layer) => {
  const box = el("input", { type: "checkbox", value: layer, checked: true });
  box.addEventListener("change", () => { box.checked ? on.add(layer) : on.delete(layer); redraw(); });
  return el("label", { class: layer }, box, el("span", { class: "swatch " + layer }), layer);
}));
for (const id of ["show-gold", "show-system", "show-types"]) $(id).addEventListener("change", redraw);
for (const layer of index.layers) $("f-layer").append(el("option", { value: layer }, layer));
for (const outcome of index.outcomes) $("f-outcome").append(el("option", { value: outcome }, outcome));
$("f-layer").addEventListener("change", (event) => go(changed(["layer", event.target.value], ["item", ""], ["doc", ""], ["at", ""])));
$("f-outcome").addEventListener("change", (event) => go(changed(["outcome", event.target.value], ["item", ""], ["doc", ""], ["at", ""])));
$("find-document").hidden = index.documents.length <= PAGE;
$("f-document").addEventListener("input", () => { drawList(); markPage(); });
let waiting = 0;
$("f-text").addEventListener("input", (event) => {
  clearTimeout(waiting);
  waiting = setTimeout(() => go(changed(["q", event.target.value], ["item", ""], ["doc", ""], ["at", ""]), true), 200);
});
document.querySelector(".filter").addEventListener("submit", (event) => event.preventDefault());
$("next").addEventListener("click", () => step(1));
$("previous").addEventListener("click", () => step(-1));
$("keys").addEventListener("click", () => $("help").showModal());
const root = document.documentElement, dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
function themed() { $("theme").setAttribute("aria-pressed", String(dark())); fill("theme", dark() ? "Light" : "Dark"); }
$("theme").addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; themed(); });
themed();

// ---- files ----

function save(content, type, file) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
// what a spreadsheet would take for a formula is made text, as rendering/spreadsheet.py does it
const csvCell = (given) => {
  const safe = given.replace(/(^|[;\t|\r\n])(?=[\s"']*[=+\-@＝＋－＠])|^(?=[\t\r\n])/g, "$1'");
  return /[",;\r\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
};
async function csv() {
  const rows = [["document", "layer", "item", "outcome", "link", ...["gold", "system"].flatMap((each) => [each + " text", each + " label", each + " offsets", each + " fields"])]];
  for (let n = 0; n < index.documents.length; n++) {
    const doc = opened.get(n) || parsed((await linesOf(partOf(n)))[n - index.parts[partOf(n)]]);
    const told = (given) => given ? [text(doc, given), given.t, offsets(doc, given), given.f.map((field) => field.join("=")).join("; ")] : ["", "", "", ""];
    for (const item of doc.items) rows.push([doc.id, item.l, item.k, item.o, item.n || "", ...told(item.g), ...told(item.p)]);
  }
  return rows.map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";
}
$("save-json").addEventListener("click", async () => save(JSON.parse(await unpack("record")), "application/json", "record.json"));
$("save-csv").addEventListener("click", async () => save(await csv(), "text/csv", "items.csv"));

if (typeof DecompressionStream === "undefined") $("cannot").hidden = false;
else draw(location.hash.includes("=")).then(() => { root.dataset.ready = String(Math.round(performance.now())); });
