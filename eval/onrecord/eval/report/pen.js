// The pen: a verdict, a cause and a note on an item, kept by the browser where it keeps anything, and saved as one file.

// ---- what is kept ----

const PEN = index.pen, KEPT_AS = "onrecord verdicts " + PEN.report;
const VERDICTS = new Set(PEN.verdicts.map((each) => each[0])), CAUSES = new Set(PEN.causes.map((each) => each[0]));
const penKey = (id, key) => id + "\n" + key;
let verdicts = new Map(), unsaved = false, keeps = true;

// what is kept names its item and no more, and what the item is is read off this report when it is saved; one that was
// taken back has no verdict, so that another window does not bring it again
function recall() {
  let kept = null;
  try { kept = localStorage.getItem(KEPT_AS); } catch { keeps = false; }
  if (!kept) return;
  try { merge(JSON.parse(kept).filter((each) => wellMade(each, true))); } catch { /* not ours: written anew */ }
}
// the later of two verdicts on an item stands
function merge(several) {
  let taken = 0;
  for (const each of several) {
    const key = penKey(each.doc_id, each.item), before = verdicts.get(key);
    if (before && before.at >= each.at) continue;
    const { doc_id, item, verdict, cause, note, at } = each;
    verdicts.set(key, { doc_id, item, verdict, cause: cause || null, note, at });
    taken++;
  }
  return taken;
}
function keep() {
  recall();
  try { localStorage.setItem(KEPT_AS, JSON.stringify([...verdicts.values()])); } catch { keeps = false; }
}
const WHEN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
function wellMade(each, back) {
  if (typeof each !== "object" || each === null || !places.has(each.doc_id)) return false;
  if (!["item", "note", "at"].every((name) => typeof each[name] === "string")) return false;
  if (each.note.length > PEN.longest || !WHEN.test(each.at) || (each.cause && !CAUSES.has(each.cause))) return false;
  return VERDICTS.has(each.verdict) || (back === true && each.verdict === "");
}
const verdictOf = (doc, item) => { const found = verdicts.get(penKey(doc.id, item.k)); return found && found.verdict ? found : null; };
function identity(doc, given) {
  if (!given) return null;
  const spans = given.s.map(([start, end, part]) => ({ start: codePoints(doc, start), end: codePoints(doc, end), part }));
  return { id: given.i || null, label: cut(given.t, 200), spans };
}
function judge(doc, item, changes) {
  const before = verdictOf(doc, item) || { verdict: "", cause: null, note: "" };
  const next = { ...before, ...changes };
  // of two within a thousandth of a second the second is the later one
  const last = verdicts.get(penKey(doc.id, item.k)), now = new Date();
  const at = last && last.at >= now.toISOString() ? new Date(Date.parse(last.at) + 1) : now;
  const { verdict } = next, cause = verdict ? next.cause : null, note = verdict ? wellFormed(next.note.slice(0, PEN.longest)) : "";
  verdicts.set(penKey(doc.id, item.k), { doc_id: doc.id, item: item.k, verdict, cause, note, at: at.toISOString() });
  unsaved = true;
  keep();
  drawVerdicts();
  markVerdict(doc, item);
}

// ---- the form beside an item ----

const penMark = (found) => el("span", { class: "verdict", title: visible([found.verdict, found.cause, found.note].filter((each) => each).join(" · ")) }, "✎ ", found.verdict);
function drawPen(doc, item) {
  $("pen").hidden = !item;
  if (!item) { fill("pen"); return; }
  const found = verdictOf(doc, item) || { verdict: "", cause: null, note: "" };
  const choice = ([value, says], at) => {
    const box = el("input", { type: "radio", name: "verdict", value, checked: found.verdict === value });
    box.addEventListener("change", () => judge(doc, item, { verdict: value }));
    return el("label", { title: says }, box, " ", value, " ", el("kbd", {}, String(at + 1)));
  };
  const cause = el("select", { id: "pen-cause" }, el("option", { value: "" }, "not said"),
    ...PEN.causes.map(([value, says]) => el("option", { value, title: says, selected: found.cause === value }, `${value}: ${says}`)));
  cause.addEventListener("change", () => judge(doc, item, { cause: cause.value || null }));
  const note = el("textarea", { id: "pen-note", rows: 2, maxlength: PEN.longest });
  note.value = found.note;
  note.addEventListener("input", () => judge(doc, item, { note: note.value }));
  const none = !found.verdict;
  cause.disabled = note.disabled = none;
  const back = el("button", { type: "button", id: "pen-back", disabled: none }, "take back ", el("kbd", {}, "0"));
  back.addEventListener("click", () => judgeBy("0"));
  fill("pen", el("fieldset", {}, el("legend", {}, "Your verdict"), ...PEN.verdicts.map(choice)),
    el("label", { for: "pen-cause" }, "cause ", el("kbd", {}, "c")), cause, el("label", { for: "pen-note" }, "note ", el("kbd", {}, "m")), note, back);
}
// what changed is marked where it stands: the form is left alone while somebody types in it
function markVerdict(doc, item) {
  const found = verdictOf(doc, item);
  for (const each of $("items").querySelectorAll("[data-i]")) {
    if (Number(each.dataset.i) !== item.at) continue;
    for (const old of each.querySelectorAll(".verdict")) old.remove();
    if (found) each.append(penMark(found));
  }
  for (const id of ["pen-cause", "pen-note", "pen-back"]) if ($(id)) $(id).disabled = !found;
  for (const each of $("pen").querySelectorAll("input[type=radio]")) each.checked = Boolean(found) && each.value === found.verdict;
}
function judgeBy(key) {
  const doc = current < 0 ? null : open(current), item = doc && doc.items.find((each) => each.k === state.get("item"));
  if (!item) return false;
  if (key === "0") { judge(doc, item, { verdict: "" }); drawPen(doc, item); return true; }
  const given = PEN.verdicts[Number(key) - 1];
  if (!given) return false;
  judge(doc, item, { verdict: given[0] });
  return true;
}
function penFocus(id) {
  const found = $(id);
  if (!found || found.disabled) return;
  found.focus();
}

// ---- all of them, saved and loaded ----

const inOrder = () => [...verdicts.values()].filter((each) => each.verdict).sort((a, b) => places.get(a.doc_id) - places.get(b.doc_id) || (a.item < b.item ? -1 : 1));
const PEN_LISTED = 200;
function drawVerdicts(said = "") {
  const all = inOrder();
  const counted = PEN.verdicts.map(([name]) => [name, all.filter((each) => each.verdict === name).length]).filter((each) => each[1]);
  fill("verdicts-said", all.length ? `${all.length} verdict${all.length === 1 ? "" : "s"}: ${counted.map(([name, n]) => `${n} ${name}`).join(", ")}. ` : "No verdicts yet: choose an item in the text, then a verdict beside it. ",
    keeps ? "This browser keeps them until its data are cleared; save them to pass them on. " : "This browser keeps nothing for this file: save them before you close the page. ", el("b", {}, said));
  fill("verdicts-list", ...all.slice(0, PEN_LISTED).map((each) => el("li", {},
    el("a", { href: address(new Map([["doc", each.doc_id], ["item", each.item]])) }, bdi(`${each.doc_id} ${each.item}`)), " ",
    el("b", {}, each.verdict), each.cause ? ` · ${each.cause}` : "", each.note ? el("span", { class: "quiet" }, " ", bdi(cut(each.note, 200))) : "")),
  ...(all.length > PEN_LISTED ? [el("li", { class: "quiet" }, `${all.length - PEN_LISTED} more are in the file`)] : []));
  $("save-verdicts").disabled = !all.length;
}
async function itemOf(each) {
  const doc = await load(places.get(each.doc_id));
  return [doc, doc.items.find((item) => item.k === each.item)];
}
async function verdictsFile() {
  const { format, report, gold, predictions, system, split } = PEN, told = [];
  for (const each of inOrder()) {
    const [doc, item] = await itemOf(each);
    if (!item) continue;
    const { doc_id, verdict, cause, note, at } = each;
    told.push({ doc_id, layer: item.l, item: item.k, outcome: item.o, gold: identity(doc, item.g), predicted: identity(doc, item.p), verdict, cause, note, at });
  }
  return JSON.stringify({ format, report, gold, predictions, system: wellFormed(system), split, verdicts: told }, null, 1) + "\n";
}
async function loadVerdicts(file) {
  let found = null;
  try { found = JSON.parse(await file.text()); } catch { drawVerdicts("Nothing was loaded: the file is no JSON."); return; }
  if (typeof found !== "object" || found === null || found.format !== PEN.format || !Array.isArray(found.verdicts)) {
    drawVerdicts("Nothing was loaded: the file holds no verdicts."); return;
  }
  for (const name of ["gold", "predictions"]) {
    if (found[name] !== PEN[name]) { drawVerdicts(`Nothing was loaded: these verdicts are on other ${name}.`); return; }
  }
  for (const [n, each] of found.verdicts.entries()) {
    if (wellMade(each, false) && (await itemOf(each))[1]) continue;
    drawVerdicts(`Nothing was loaded: verdict ${n + 1} is none, or of no item of this report.`); return;
  }
  const taken = merge(found.verdicts);
  keep();
  drawVerdicts(`${taken} of ${found.verdicts.length} loaded; of the others, later ones stand here.`);
  redraw();
}
$("save-verdicts").addEventListener("click", async () => { save(await verdictsFile(), "application/json", "verdicts.json"); unsaved = false; drawVerdicts("Saved."); });
$("load-verdicts").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (file) loadVerdicts(file);
  event.target.value = "";
});
addEventListener("storage", (event) => { if (event.key === KEPT_AS) { recall(); drawVerdicts(); redraw(); } });
addEventListener("beforeunload", (event) => { if (unsaved && !keeps) event.preventDefault(); });
recall();
drawVerdicts();
