// The list of documents, and a document's text with its marks.

// ---- the list ----

let current = -1, counts = [];
const PAGE = 200;
let listed = [], page = 0;
function drawList() {
  const shown = index.documents.map((each, n) => n).filter((n) => !filtered() || counts[n]);
  const sought = $("f-document").value.toLowerCase();
  listed = shown.filter((n) => !sought || [index.documents[n].title, index.documents[n].id].some((each) => each.toLowerCase().includes(sought)));
  const total = counts.reduce((a, b) => a + b, 0);
  fill("list-count", `${total} ${filtered() ? "items" : "errors"} in ${shown.length} of ${counts.length} documents`);
  drawPage(0);
}
function drawPage(at) {
  page = at;
  const turned = (by, says) => {
    const made = el("button", { type: "button", "aria-label": by < 0 ? "earlier documents" : "later documents", disabled: page + by < 0 || (page + by) * PAGE >= listed.length }, says);
    made.addEventListener("click", () => { drawPage(page + by); markPage(); });
    return made;
  };
  const from = page * PAGE, to = Math.min(from + PAGE, listed.length);
  fill("list-pages", ...(listed.length > PAGE ? [turned(-1, "‹"), ` ${from + 1}–${to} of ${listed.length} `, turned(1, "›")] : []));
  fill("list", ...listed.slice(from, to).map((n) => {
    const each = index.documents[n];
    return el("li", {}, el("a", { href: address(changed(["doc", each.id], ["item", ""], ["at", ""])), "data-n": n, title: visible(each.id) },
      el("span", {}, bdi(each.title || each.id)), el("span", { class: "quiet" }, counts[n])));
  }));
}
function markList() {
  const at = listed.indexOf(current);
  if (at >= 0 && Math.floor(at / PAGE) !== page) drawPage(Math.floor(at / PAGE));
  markPage();
}
function markPage() {
  for (const each of $("list").querySelectorAll("a")) {
    if (Number(each.dataset.n) === current) { each.setAttribute("aria-current", "true"); reveal(each, document.querySelector(".list")); }
    else each.removeAttribute("aria-current");
  }
}
function reveal(child, box) {
  const inner = child.getBoundingClientRect(), outer = box.getBoundingClientRect();
  if (inner.top < outer.top || inner.bottom > outer.bottom) box.scrollTop += inner.top - outer.top - box.clientHeight / 3;
}

// ---- the text ----

const LANES = 5;
const ROLES = new Set(["source", "cue"]);
const on = new Set(ITEM_LAYERS);
let marks = new Map(), pieces = [];

function placesOf(doc) {
  const found = [];
  for (const item of doc.items) {
    if (!on.has(item.l)) continue;
    for (const [which, box] of [["g", "show-gold"], ["p", "show-system"]]) {
      if (!item[which] || !$(box).checked) continue;
      item[which].s.forEach(([start, end, role], number) => { if (end > start) found.push({ start, end, role, item, which, number, lane: 0 }); });
    }
  }
  return found;
}
// a lane has its marks in order and none over another, but for the last one, which has all that are left
function setLanes(found) {
  const lanes = { g: [], p: [] };
  const short = [...found].sort((a, b) => (a.end - a.start) - (b.end - b.start) || a.start - b.start);
  for (const each of short) {
    const taken = lanes[each.which];
    while (each.lane < LANES - 1 && !put(taken[each.lane] = taken[each.lane] || [], each)) each.lane++;
    if (each.lane === LANES - 1) taken[each.lane] = taken[each.lane] || [];
  }
  return Math.max(1, lanes.g.length) + Math.max(1, lanes.p.length);
}
function put(lane, mark) {
  let low = 0, high = lane.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    lane[middle].start < mark.start ? low = middle + 1 : high = middle;
  }
  if ((low && lane[low - 1].end > mark.start) || (low < lane.length && lane[low].start < mark.end)) return false;
  lane.splice(low, 0, mark);
  return true;
}
// of the marks that are open, the one of each lane that is drawn: in the last one, where they may be many, the shortest
class Open {
  constructor() { this.lanes = new Map(); }
  add(mark) {
    const key = mark.which + mark.lane;
    if (!this.lanes.has(key)) this.lanes.set(key, []);
    const heap = this.lanes.get(key);
    let at = heap.push(mark) - 1;
    for (let above = (at - 1) >> 1; at && shorter(heap[at], heap[above]); at = above, above = (at - 1) >> 1) [heap[at], heap[above]] = [heap[above], heap[at]];
  }
  drawn(from) {
    for (const [key, heap] of this.lanes) {
      while (heap.length && heap[0].end <= from) drop(heap);
      if (!heap.length) this.lanes.delete(key);
    }
    return [...this.lanes.values()].map((heap) => heap[0]).sort((a, b) => a.lane - b.lane || a.nth - b.nth);
  }
}
const shorter = (a, b) => a.end - a.start < b.end - b.start;
function drop(heap) {
  const last = heap.pop();
  if (!heap.length) return;
  heap[0] = last;
  for (let at = 0, least = 0; ; at = least) {
    for (const below of [2 * at + 1, 2 * at + 2]) if (below < heap.length && shorter(heap[below], heap[least])) least = below;
    if (least === at) return;
    [heap[at], heap[least]] = [heap[least], heap[at]];
  }
}
function drawText(doc) {
  const found = placesOf(doc), height = setLanes(found);
  const starts = new Map(), edges = new Set([0, doc.text.length]);
  found.forEach((each, nth) => {
    each.nth = nth;
    starts.has(each.start) ? starts.get(each.start).push(each) : starts.set(each.start, [each]);
    edges.add(each.start).add(each.end);
  });
  const order = [...edges].sort((a, b) => a - b);
  const active = new Open(), begun = new Set();
  marks = new Map();
  pieces = [];
  const nodes = [];
  for (let n = 0; n + 1 < order.length; n++) {
    for (const each of starts.get(order[n]) || []) active.add(each);
    const piece = doc.text.slice(order[n], order[n + 1]), drawn = active.drawn(order[n]);
    if (!drawn.length) { nodes.push(...plain(piece)); continue; }
    let node = document.createTextNode(piece);
    for (const each of drawn) node = mark(doc, each, node, begun);
    nodes.push(node);
    pieces.push({ start: order[n], end: order[n + 1], node });
  }
  const pre = $("text");
  pre.replaceChildren(...nodes);
  pre.className = "h" + Math.min(8, height) + ($("show-types").checked ? " types" : "");
  const reachable = pre.querySelector("[tabindex]");
  if (reachable) reachable.tabIndex = 0;
  const covered = found.length - begun.size;
  fill("covered", ...(covered ? [`${covered} marks lie under shorter ones and are shown when they are chosen in the list of items.`] : []));
}
// lines of text are as high as the lanes need; what stands between paragraphs is not
function plain(piece) {
  return piece.split(/(\n+)/).filter((each) => each).map((each) => {
    const node = document.createTextNode(each);
    if (each[0] === "\n") return node;
    const made = document.createElement("span");
    made.className = "t";
    made.append(node);
    return made;
  });
}
function mark(doc, each, inside, begun) {
  const item = each.item, made = document.createElement("span");
  made.className = `m ${each.which} l${each.lane} ${item.l} ${kindOf(item.o)}`;
  made.dataset.i = item.at;
  if (!begun.has(each)) {
    begun.add(each);
    if (each.number === 0) {
      made.tabIndex = -1;
      made.setAttribute("role", "button");
      made.setAttribute("aria-label", visible(`${each.which === "g" ? "gold" : "system"}, ${item.l}${item[each.which].t ? " " + item[each.which].t : ""}: ${cut(words(doc, item), 200)}: ${item.o}`));
    }
    const says = ROLES.has(each.role) ? each.role : item[each.which].t || item.l.slice(0, -1);
    if (each.which === "g" || !item.g || !item.g.s.length || item.g.t !== item.p.t) made.dataset.label = visible(says);
  }
  made.append(inside);
  if (!marks.has(item.at)) marks.set(item.at, []);
  marks.get(item.at).push(made);
  return made;
}
// what is drawn of an item; where its marks lie under others, what is drawn over them
function spansOf(item) {
  if (marks.has(item.at)) return marks.get(item.at);
  const stretches = [item.g, item.p].filter((each) => each && on.has(item.l)).flatMap((each) => each.s);
  return pieces.filter((piece) => stretches.some(([start, end]) => start < piece.end && piece.start < end)).map((piece) => piece.node);
}
function dim(doc) {
  for (const [at, spans] of marks) {
    const out = filtered() && !matches(doc, doc.items[at]);
    for (const each of spans) each.classList.toggle("dim", out);
  }
}
