// Everything that is said of one item, and a document's quotes and stances.

// ---- details ----

function codePoints(doc, unit) {
  if (doc.wide === undefined) doc.wide = /\p{Cs}|[\u{10000}-\u{10ffff}]/u.test(doc.text);
  return doc.wide ? Array.from(doc.text.slice(0, unit)).length : unit;
}
function offsets(doc, given) {
  return given.s.map(([start, end, role]) => `${role && role !== "content" ? role + " " : ""}${codePoints(doc, start)}–${codePoints(doc, end)}`).join(", ");
}
function idNode(kind, id, system) {
  const known = system ? systemNames.get(pair(kind, id)) : goldNames.get(pair(kind, id));
  const gold = system ? known && known.gold : id;
  const parts = [bdi(name(kind, id, system))];
  if (name(kind, id, system) !== id) parts.push(" ", el("code", { class: "quiet" }, id));
  if (system) parts.push(el("span", { class: "quiet" }, gold ? ` = gold ${gold}` : " (nothing in gold)"));
  const linked = system ? known && known.link : known && known.wikidata;
  if (linked) parts.push(el("span", { class: "quiet" }, ` ${linked}`));
  return el("div", {}, ...parts);
}
function fieldNode(field, id, system) {
  if (["entity", "speaker", "addressee", "relay", "holder", "literal"].includes(field)) return idNode("entity", id, system);
  if (field === "event") return idNode("event", id, system);
  if (field === "utterance" && !system) return idNode("utterance", id, system);
  if (field.startsWith("target ")) return idNode(field.slice(7), id, system);
  return el("div", {}, bdi(id));
}
const badge = (outcome) => el("span", { class: "outcome " + kindOf(outcome) }, outcome);
function drawDetails(doc, item) {
  if (!item) { fill("details", el("p", { class: "quiet" }, "Choose a mark in the text, or step with n and p.")); return; }
  const names = [...new Set([item.g, item.p].flatMap((each) => each ? each.f.map((field) => field[0]) : []))];
  const rows = [["text", (given) => textNode(doc, given, given === item.g ? item.p : item.g)], ["offsets", (given) => bdi(offsets(doc, given) || "–")]];
  if ([item.g, item.p].some((each) => each && each.t)) rows.push([item.l === "stances" ? "label" : "type", (given) => bdi(given.t)]);
  for (const field of names) rows.push([field.replace("target ", ""), (given, system) => el("div", {}, ...fields(given, field).map((id) => fieldNode(field, id, system)))]);
  const rule = (item.g && item.g.r) || (item.p && item.p.r), says = HEADLINES.get(item.l);
  fill("details",
    el("h4", {}, el("span", { class: "swatch " + item.l }), item.l, " · ", badge(item.o), item.n ? " · link: " : null, item.n ? badge(item.n) : null),
    el("p", { class: "quiet" }, [...new Set([item.o, item.n])].filter((each) => each).map((each) => `${each}: ${MEANINGS.get(each) || ""}`).join("; ")),
    el("table", {}, el("thead", {}, el("tr", {}, el("td", {}), el("th", { scope: "col" }, "gold"), el("th", { scope: "col" }, "system"))),
      el("tbody", {}, ...rows.map(([head, make]) => el("tr", {}, el("th", { scope: "row" }, head),
        el("td", {}, item.g ? make(item.g, false) : el("span", { class: "quiet" }, "–")),
        el("td", {}, item.p ? make(item.p, true) : el("span", { class: "quiet" }, "–")))))),
    rule ? el("details", { id: "rule" }, el("summary", {}, "rule ", bdi(rule)), el("p", { class: "told" }, RULES.get(rule) || "The guidelines are not at hand, or have no rule of this name.")) : null,
    says ? el("details", { id: "measure" }, el("summary", {}, "measure ", el("code", {}, says[0])), el("p", { class: "told" }, says[1]), el("p", {}, el("a", { href: "#card" }, "Score card"))) : null);
}
const RULES = new Map(index.rules), MEANINGS = new Map(index.meanings), HEADLINES = new Map(index.headlines.map(([layer, ...says]) => [layer, says]));
// the words of one side; where the other side has the item too, what it has not is marked, letter by letter
function textNode(doc, given, other) {
  const main = given.s.filter((place) => !ROLES.has(place[2])), made = el("bdi");
  if (!main.length || !other || !other.s.length) { made.append(visible(cut(text(doc, given), 400) || "–")); return made; }
  const theirs = other.s.filter((place) => !ROLES.has(place[2]));
  const edges = [...main, ...theirs].flatMap((place) => [place[0], place[1]]);
  let left = 400;
  main.forEach(([start, end], nth) => {
    if (nth) made.append(" … ");
    const cuts = [...new Set([start, ...edges.filter((edge) => start < edge && edge < end), end])].sort((a, b) => a - b);
    for (let at = 0; at + 1 < cuts.length && left > 0; at++) {
      const words = cut(doc.text.slice(cuts[at], cuts[at + 1]), left);
      left -= words.length;
      const alike = theirs.some((place) => place[0] <= cuts[at] && cuts[at + 1] <= place[1]);
      made.append(alike ? document.createTextNode(visible(words)) : el("mark", { title: "on this side alone" }, words));
    }
  });
  return made;
}
const LISTED = 300;
// so many of what is listed are drawn, and as many again where that is asked for
function shownOf(found, make, more, from = 0) {
  const made = found.slice(from, from + LISTED).map(make), left = found.length - from - made.length;
  if (left > 0) {
    const button = el("button", { type: "button" }, `${left} more`), last = more(button);
    button.addEventListener("click", () => last.replaceWith(...shownOf(found, make, more, from + LISTED)));
    made.push(last);
  }
  return made;
}
function drawItems(doc, n, chosen) {
  const found = steps(n), at = found.indexOf(chosen);
  fill("items-title", `${found.length} ${filtered() ? "items of the filter" : "errors"} in this document`);
  const row = (item) => {
    const said = cut(words(doc, item), 400);
    return el("li", {}, el("a", { href: address(changed(["doc", doc.id], ["item", item.k], ["at", ""])), "data-i": item.at, "aria-current": item === chosen },
      el("span", {}, badge(outcomeIn(item, state.get("layer")) || item.o)),
      el("span", { class: "what", title: visible(said) }, el("span", { class: "swatch " + item.l, title: item.l }), bdi(said)),
      verdictOf(doc, item) ? penMark(verdictOf(doc, item)) : null));
  };
  const before = Math.max(0, at - LISTED / 2);
  fill("items", ...(before ? [el("li", { class: "quiet" }, `${before} before`)] : []), ...shownOf(found, row, (button) => el("li", {}, button), before));
  fill("position", `${at < 0 ? "–" : at + 1} of ${found.length}`);
  const here = $("items").querySelector("[aria-current]");
  if (here) reveal(here, $("items"));
}

// ---- quotes and stances ----

function chain(given, system) {
  if (!given) return el("span", { class: "quiet" }, "–");
  const speakers = fields(given, "speaker").map((id) => name("entity", id, system));
  const relays = fields(given, "relay").map((id) => name("entity", id, system)).reverse();
  return bdi([speakers.length ? speakers.join(" and ") : "unknown", ...relays].map((each) => cut(each, 80)).join(" ← "));
}
function asIds(given, system) {
  if (!given) return "";
  const mapped = (id) => system ? asGold("entity", id) || "?" + id : id;
  const speakers = fields(given, "speaker").map(mapped).filter((id) => id !== "unknown" && id !== "?unknown").sort();
  return JSON.stringify([speakers, fields(given, "relay").map(mapped)]);
}
function part(doc, given, role) {
  const found = given ? given.s.find((place) => place[2] === role) : null;
  return found ? cut(doc.text.slice(found[0], found[1]), 80) : "–";
}
const itemLink = (doc, item, ...children) => el("a", { href: address(changed(["doc", doc.id], ["item", item.k], ["at", ""])) }, ...children);
const cut = (given, most) => given.length > most ? given.slice(0, most - 1) + "…" : given;
function drawQuotes(doc) {
  const found = doc.items.filter((item) => item.l === "quotes").sort((a, b) => first(a) - first(b));
  if (!found.length) { fill("doc-quotes"); return; }
  const two = (item, make, differs) => [el("td", {}, make(item.g, false)), el("td", { class: differs && item.g && item.p ? "differs" : null }, make(item.p, true))];
  fill("doc-quotes", el("h3", {}, "Quotes ", el("span", { class: "quiet" }, "speaker ← who passed the words on; a wavy line marks what differs")),
    el("div", { class: "wide" }, el("table", { class: "sayings" },
      el("thead", {}, el("tr", {}, ...["outcome", "words", "gold speaker", "system speaker", "gold cue", "system cue", "mode"].map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, ...shownOf(found, (item) => el("tr", {}, el("td", { class: "outcome-cell" }, badge(item.o)),
        el("td", { class: "said" }, itemLink(doc, item, bdi(cut(text(doc, side(item)), 160)))),
        ...two(item, chain, asIds(item.g, false) !== asIds(item.p, true)),
        ...two(item, (given) => bdi(part(doc, given, "cue")), part(doc, item.g, "cue") !== part(doc, item.p, "cue")),
        el("td", {}, [...new Set([item.g, item.p].flatMap((given) => fields(given, "mode")))].join(" / "))), (button) => el("tr", {}, el("td", { colspan: 7 }, button)))))));
}
const SIGNS = new Map([["favor", "+"], ["against", "−"], ["neutral", "0"], ["asserts", "+"], ["denies", "−"], ["doubts", "?"]]);
const stanceLabel = (given) => el("span", { class: "label " + (SIGNS.has(given) ? given : "") }, given === index.nothing ? given : `${SIGNS.get(given) || "?"} ${given}`);
const CELLS = 10000;
const stanceCell = (doc, items) => el("td", { class: items ? "filled" : null }, ...shownOf(items || [], (item) => itemLink(doc, item,
  el("span", { class: "who" }, el("b", {}, "gold"), " ", stanceLabel(label(item.g))),
  el("span", { class: "who" }, el("b", {}, "system"), " ", stanceLabel(label(item.p)))), (button) => button));
// where the table would be all but empty
function listStances(doc, rows, columns) {
  const found = [...rows].flatMap(([holder, cells]) => [...cells].map(([column, items]) => [holder, columns.get(column)[1], items]));
  fill("doc-stances", el("h3", {}, "Stances ", el("span", { class: "quiet" }, "by holder")),
    el("div", { class: "wide tall" }, el("table", { class: "across stances" },
      el("thead", {}, el("tr", {}, ...["holder", "target", "labels"].map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, ...shownOf(found, ([holder, target, items]) => el("tr", {}, el("th", { scope: "row" }, bdi(cut(holder, 60))), el("td", {}, bdi(cut(target, 70))), stanceCell(doc, items)),
        (button) => el("tr", {}, el("td", { colspan: 3 }, button)))))));
}
// every stance in a row of its own, in the order of the text
function drawStanceRows(doc) {
  const found = doc.items.filter((item) => item.l === "stances").sort((a, b) => first(a) - first(b));
  const named = (item, field) => [[item.g, false], [item.p, true]].filter(([given]) => given).map(([given, system]) => {
    const [id, kind] = field === "holder" ? [fields(given, "holder")[0], "entity"] : targetOf(given);
    return cut(name(kind, id, system), 90);
  });
  fill("stance-rows", ...(!found.length ? [] : [el("details", {}, el("summary", {}, `Stances as a list (${found.length})`),
    el("div", { class: "wide tall" }, el("table", { class: "across" },
      el("thead", {}, el("tr", {}, ...["outcome", "holder", "target", "gold", "system", "evidence"].map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, ...shownOf(found, (item) => el("tr", {}, el("td", {}, badge(item.o)), el("td", {}, itemLink(doc, item, bdi([...new Set(named(item, "holder"))].join(" / ")))),
        el("td", {}, bdi([...new Set(named(item, "target"))].join(" / "))), el("td", {}, stanceLabel(label(item.g))), el("td", {}, stanceLabel(label(item.p))),
        el("td", { class: "said" }, bdi(cut(text(doc, side(item)), 160)))), (button) => el("tr", {}, el("td", { colspan: 6 }, button))))))) ]));
}
// what a model was asked of the document, what it replied, and what of that is no prediction
function drawExchange(doc) {
  const told = doc.x;
  if (!told) { fill("doc-exchange"); return; }
  const block = (head, words) => el("details", {}, el("summary", {}, head), plainText(words));
  fill("doc-exchange", el("h3", {}, "What the model was asked and replied"),
    ...told.prompt.map(([who, words]) => block(`prompt: ${who}`, words)),
    ...told.reply.map((words, nth) => block(told.reply.length > 1 ? `reply ${nth + 1}` : "reply", words)),
    told.trouble ? el("p", {}, `No reply: ${told.trouble}`) : null,
    told.unplaced.length ? el("details", {}, el("summary", {}, `no predictions: ${told.unplaced.length}`),
      el("table", {}, el("tbody", {}, ...told.unplaced.map(([layer, why, item]) => el("tr", {}, el("td", {}, bdi(layer)), el("td", {}, bdi(why)), el("td", {}, el("code", {}, bdi(item)))))))) : null);
}
// line ends are kept, everything else that is not seen is written out
const plainText = (words) => { const made = el("pre", { class: "told" }); made.append(words.split("\n").map(visible).join("\n")); return made; };
function drawStances(doc) {
  const found = doc.items.filter((item) => item.l === "stances");
  if (!found.length) { fill("doc-stances"); return; }
  const rows = new Map(), columns = new Map();
  for (const item of found) {
    const given = side(item), system = !item.g;
    const [target, kind] = targetOf(given);
    const holder = name("entity", fields(given, "holder")[0], system), column = pair(kind, name(kind, target, system));
    columns.set(column, [kind, name(kind, target, system)]);
    if (!rows.has(holder)) rows.set(holder, new Map());
    const cells = rows.get(holder);
    cells.has(column) ? cells.get(column).push(item) : cells.set(column, [item]);
  }
  if (rows.size * columns.size > CELLS) { listStances(doc, rows, columns); return; }
  fill("doc-stances", el("h3", {}, "Stances ", el("span", { class: "quiet" }, "holders by targets")),
    el("div", { class: "wide tall" }, el("table", { class: "across stances" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "holder"), ...[...columns.values()].map(([kind, each]) => el("th", { scope: "col", class: "target", title: visible(each) }, el("span", { class: "quiet" }, kind), bdi(cut(each, 70)))))),
      el("tbody", {}, ...[...rows].map(([holder, cells]) => el("tr", {}, el("th", { scope: "row" }, bdi(cut(holder, 60))), ...[...columns.keys()].map((column) => stanceCell(doc, cells.get(column)))))))));
}
