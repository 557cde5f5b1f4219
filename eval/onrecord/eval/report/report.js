"use strict";
(() => {
  // What comes from files is never a key of an object, never markup and never an address: maps, text nodes, fragments.
  const $ = (id) => document.getElementById(id);
  const value = (id) => JSON.parse($(id).textContent);
  const index = value("index");
  const unjudged = new Set(index.unjudged);
  const ITEM_LAYERS = ["entities", "quotes", "stances", "events"];
  const pair = (kind, id) => kind + "\n" + id;
  const goldNames = new Map(index.gold.map(([kind, id, name, wikidata]) => [pair(kind, id), { name, wikidata }]));
  const systemNames = new Map(index.system.map(([kind, id, name, gold, link]) => [pair(kind, id), { name, gold, link }]));
  const places = new Map(index.documents.map((each, n) => [each.id, n]));
  const opened = new Map();

  const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
  const visible = (text) => String(text).replace(HIDDEN, (c) => c === "\n" ? " " : c === "\t" ? " " : "\\u{" + c.codePointAt(0).toString(16) + "}");

  function el(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, given] of Object.entries(attributes || {})) {
      if (key === "href" && !given.startsWith("#")) continue;
      if (given !== undefined && given !== null && given !== false) made.setAttribute(key, given === true ? "" : given);
    }
    for (const child of children) {
      if (child === null || child === undefined) continue;
      made.append(child instanceof Node ? child : document.createTextNode(visible(child)));
    }
    return made;
  }
  const bdi = (text, attributes) => el("bdi", attributes || {}, text);
  const fill = (id, ...children) => $(id).replaceChildren(...children.filter((each) => each !== null));

  // ---- documents and items ----

  function open(n) {
    if (!opened.has(n)) {
      const found = value("d" + n);
      found.items.forEach((item, at) => { item.at = at; });
      opened.set(n, found);
    }
    return opened.get(n);
  }
  const side = (item) => item.g || item.p;
  const label = (given) => given ? given.t : index.nothing;
  const fields = (given, name) => given ? given.f.filter((field) => field[0] === name).map((field) => field[1]) : [];
  const first = (item) => Math.min(...[item.g, item.p].flatMap((each) => each ? each.s.map((place) => place[0]) : []), 1e12);
  const kindOf = (outcome) => unjudged.has(outcome) ? "unjudged" : ["right", "missed", "spurious"].includes(outcome) ? outcome : "wrong";
  const outcomeIn = (item, layer) => layer === "links" ? item.n || "" : !layer || item.l === layer ? item.o : "";

  function text(doc, given) {
    const main = given.s.filter((place) => !ROLES.has(place[2]));
    return main.map(([start, end]) => doc.text.slice(start, end)).join(" … ");
  }
  function words(doc, item) {
    if (item.l !== "stances") return text(doc, side(item));
    const given = side(item), system = !item.g;
    const [target, kind] = targetOf(given);
    return name("entity", fields(given, "holder")[0], system) + " → " + name(kind, target, system);
  }
  function targetOf(given) {
    const field = given.f.find((each) => each[0].startsWith("target "));
    return [field[1], field[0].slice("target ".length)];
  }
  function name(kind, id, system) {
    if (!system) return (goldNames.get(pair(kind, id)) || { name: id }).name;
    const known = systemNames.get(pair(kind, id));
    if (known && known.gold) return name(kind, known.gold, false);
    return (known && known.name) || id;
  }
  const asGold = (kind, id) => (systemNames.get(pair(kind, id)) || {}).gold || "";

  // ---- state: all of it is in the address ----

  const FIELDS = ["doc", "item", "at", "layer", "outcome", "gold", "pred", "ref", "to", "q"];
  const FILTERS = ["layer", "outcome", "gold", "pred", "ref", "to", "q"];
  let state = new Map();

  function read() {
    const found = new Map();
    const hash = location.hash.slice(1);
    if (!hash.includes("=")) return found;
    for (const [key, given] of new URLSearchParams(hash.replace(/\+/g, "%2B"))) if (FIELDS.includes(key) && given) found.set(key, given);
    return found;
  }
  const wellFormed = (given) => given.replace(/\p{Cs}/gu, "\ufffd");
  const address = (of) => "#" + FIELDS.filter((key) => of.get(key)).map((key) => key + "=" + encodeURIComponent(wellFormed(of.get(key)))).join("&");
  function changed(...pairs) {
    const next = new Map(state);
    for (const [key, given] of pairs) given ? next.set(key, given) : next.delete(key);
    return next;
  }
  function go(next, replace) {
    const to = address(next);
    if (to === location.hash || (to === "#" && !location.hash)) { draw(false); return; }
    if (replace) { history.replaceState(null, "", to); draw(false); } else { stay = true; location.hash = to; }
  }
  let stay = false;
  const filtered = () => FILTERS.some((key) => state.has(key));

  // ---- filters ----

  function passes(layer, outcome, gold, predicted) {
    if (!outcome) return false;
    const wanted = state.get("outcome");
    if (wanted === "errors" ? outcome === "right" || unjudged.has(outcome) : wanted && wanted !== outcome) return false;
    if ((state.has("gold") || state.has("pred")) && unjudged.has(outcome)) return false;
    return (!state.has("gold") || state.get("gold") === gold) && (!state.has("pred") || state.get("pred") === predicted);
  }
  function refersTo(item, id) {
    for (const [given, system] of [[item.g, false], [item.p, true]]) {
      if (!given) continue;
      for (const [field, each] of given.f) {
        const kind = field === "event" ? "event" : field.startsWith("target ") ? field.slice(7) : "entity";
        if (!["entity", "event", "speaker", "relay", "holder", "literal"].includes(field) && !field.startsWith("target ")) continue;
        if (each === id || (system && asGold(kind, each) === id)) return true;
      }
    }
    return false;
  }
  function targets(item, id) {
    return [[item.g, false], [item.p, true]].some(([given, system]) => {
      if (!given || item.l !== "stances") return false;
      const [target, kind] = targetOf(given);
      return target === id || (system && asGold(kind, target) === id);
    });
  }
  function matches(doc, item) {
    const layer = state.get("layer");
    if (!passes(layer, outcomeIn(item, layer), label(item.g), label(item.p))) return false;
    if (state.has("ref") && !refersTo(item, state.get("ref"))) return false;
    if (state.has("to") && !targets(item, state.get("to"))) return false;
    const sought = (state.get("q") || "").toLowerCase();
    if (!sought) return true;
    return words(doc, item).toLowerCase().includes(sought) || [item.g, item.p].some((given) => given && given.f.some((field) => field[1].toLowerCase().includes(sought)));
  }
  function matching(n) {
    if (state.has("ref") || state.has("to") || state.has("q")) {
      const doc = open(n);
      return doc.items.filter((item) => matches(doc, item)).length;
    }
    const layer = state.get("layer");
    let sum = 0;
    for (const [of, outcome, gold, predicted, count] of index.documents[n].counts) {
      if (layer ? of === layer : of !== "links") if (passes(of, outcome, gold, predicted)) sum += count;
    }
    return sum;
  }
  const isError = (item) => item.o !== "right" && !unjudged.has(item.o);
  function steps(n) {
    const doc = open(n);
    const found = doc.items.filter((item) => filtered() ? matches(doc, item) : isError(item));
    return found.map((item) => [first(item), item]).sort((a, b) => a[0] - b[0] || a[1].at - b[1].at).map((each) => each[1]);
  }

  // ---- the list ----

  let current = -1, counts = [];
  function drawList() {
    counts = index.documents.map((each, n) => filtered() ? matching(n) : each.errors);
    const shown = index.documents.map((each, n) => n).filter((n) => !filtered() || counts[n]);
    const total = counts.reduce((a, b) => a + b, 0);
    fill("list-count", `${total} ${filtered() ? "items" : "errors"} in ${shown.length} of ${counts.length} documents`);
    fill("list", ...shown.map((n) => {
      const each = index.documents[n];
      return el("li", {}, el("a", { href: address(changed(["doc", each.id], ["item", ""], ["at", ""])), "data-n": n, title: visible(each.id) },
        el("span", {}, bdi(each.title || each.id)), el("span", { class: "quiet" }, counts[n])));
    }));
  }
  function markList() {
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
  let marks = new Map();

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
  function setLanes(found) {
    const lanes = { g: [], p: [] };
    const short = [...found].sort((a, b) => (a.end - a.start) - (b.end - b.start) || a.start - b.start);
    for (const each of short) {
      const taken = lanes[each.which];
      let lane = 0;
      while (lane < LANES - 1 && (taken[lane] || []).some((other) => other.start < each.end && each.start < other.end)) lane++;
      each.lane = lane;
      (taken[lane] = taken[lane] || []).push(each);
    }
    return Math.max(1, lanes.g.length) + Math.max(1, lanes.p.length);
  }
  function drawText(doc) {
    const found = placesOf(doc), height = setLanes(found);
    const starts = new Map(), ends = new Map(), edges = new Set([0, doc.text.length]);
    for (const each of found) {
      starts.has(each.start) ? starts.get(each.start).push(each) : starts.set(each.start, [each]);
      ends.has(each.end) ? ends.get(each.end).push(each) : ends.set(each.end, [each]);
      edges.add(each.start).add(each.end);
    }
    const order = [...edges].sort((a, b) => a - b);
    const active = new Set(), begun = new Set();
    marks = new Map();
    const pieces = [];
    for (let n = 0; n + 1 < order.length; n++) {
      for (const each of ends.get(order[n]) || []) active.delete(each);
      for (const each of starts.get(order[n]) || []) active.add(each);
      const piece = doc.text.slice(order[n], order[n + 1]);
      if (!active.size) { pieces.push(...plain(piece)); continue; }
      let node = document.createTextNode(piece);
      for (const each of [...active].sort((a, b) => a.lane - b.lane)) node = mark(doc, each, node, begun);
      pieces.push(node);
    }
    const pre = $("text");
    pre.replaceChildren(...pieces);
    pre.className = "h" + Math.min(8, height) + ($("show-types").checked ? " types" : "");
    const reachable = pre.querySelector("[tabindex]");
    if (reachable) reachable.tabIndex = 0;
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
        made.setAttribute("aria-label", visible(`${each.which === "g" ? "gold" : "system"}, ${item.l}${item[each.which].t ? " " + item[each.which].t : ""}: ${words(doc, item)}: ${item.o}`));
      }
      const says = ROLES.has(each.role) ? each.role : item[each.which].t || item.l.slice(0, -1);
      if (each.which === "g" || !item.g || !item.g.s.length || item.g.t !== item.p.t) made.dataset.label = visible(says);
    }
    made.append(inside);
    if (!marks.has(item.at)) marks.set(item.at, []);
    marks.get(item.at).push(made);
    return made;
  }
  function dim(doc) {
    for (const [at, spans] of marks) {
      const out = filtered() && !matches(doc, doc.items[at]);
      for (const each of spans) each.classList.toggle("dim", out);
    }
  }

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
    if (["entity", "speaker", "relay", "holder", "literal"].includes(field)) return idNode("entity", id, system);
    if (field === "event") return idNode("event", id, system);
    if (field.startsWith("target ")) return idNode(field.slice(7), id, system);
    return el("div", {}, bdi(id));
  }
  const badge = (outcome) => el("span", { class: "outcome " + kindOf(outcome) }, outcome);
  function drawDetails(doc, item) {
    if (!item) { fill("details", el("p", { class: "quiet" }, "Choose a mark in the text, or step with n and p.")); return; }
    const names = [...new Set([item.g, item.p].flatMap((each) => each ? each.f.map((field) => field[0]) : []))];
    const rows = [["text", (given) => bdi(cut(text(doc, given), 400) || "–")], ["offsets", (given) => bdi(offsets(doc, given) || "–")]];
    if ([item.g, item.p].some((each) => each && each.t)) rows.push([item.l === "stances" ? "label" : "type", (given) => bdi(given.t)]);
    for (const field of names) rows.push([field.replace("target ", ""), (given, system) => el("div", {}, ...fields(given, field).map((id) => fieldNode(field, id, system)))]);
    fill("details",
      el("h4", {}, el("span", { class: "swatch " + item.l }), item.l, " · ", badge(item.o), item.n ? " · link: " : null, item.n ? badge(item.n) : null),
      el("table", {}, el("thead", {}, el("tr", {}, el("td", {}), el("th", { scope: "col" }, "gold"), el("th", { scope: "col" }, "system"))),
        el("tbody", {}, ...rows.map(([head, make]) => el("tr", {}, el("th", { scope: "row" }, head),
          el("td", {}, item.g ? make(item.g, false) : el("span", { class: "quiet" }, "–")),
          el("td", {}, item.p ? make(item.p, true) : el("span", { class: "quiet" }, "–")))))));
  }
  function drawItems(doc, n, chosen) {
    const found = steps(n);
    fill("items-title", `${found.length} ${filtered() ? "items of the filter" : "errors"} in this document`);
    fill("items", ...found.map((item) => el("li", {}, el("a", { href: address(changed(["doc", doc.id], ["item", item.k], ["at", ""])), "data-i": item.at, "aria-current": item === chosen },
      el("span", {}, badge(outcomeIn(item, state.get("layer")) || item.o)),
      el("span", { class: "what", title: visible(words(doc, item)) }, el("span", { class: "swatch " + item.l, title: item.l }), bdi(words(doc, item)))))));
    const at = found.indexOf(chosen);
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
        el("tbody", {}, ...found.map((item) => el("tr", {}, el("td", { class: "outcome-cell" }, badge(item.o)),
          el("td", { class: "said" }, itemLink(doc, item, bdi(cut(text(doc, side(item)), 160)))),
          ...two(item, chain, asIds(item.g, false) !== asIds(item.p, true)),
          ...two(item, (given) => bdi(part(doc, given, "cue")), part(doc, item.g, "cue") !== part(doc, item.p, "cue")),
          el("td", {}, [...new Set([item.g, item.p].flatMap((given) => fields(given, "mode")))].join(" / "))))))));
  }
  const SIGNS = new Map([["favor", "+"], ["against", "−"], ["neutral", "0"]]);
  const stanceLabel = (given) => el("span", { class: "label " + (SIGNS.has(given) ? given : "") }, given === index.nothing ? given : `${SIGNS.get(given) || "?"} ${given}`);
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
      cells.set(column, [...(cells.get(column) || []), item]);
    }
    const cell = (items) => el("td", { class: items ? "filled" : null }, ...(items || []).map((item) => itemLink(doc, item,
      el("span", { class: "who" }, el("b", {}, "gold"), " ", stanceLabel(label(item.g))),
      el("span", { class: "who" }, el("b", {}, "system"), " ", stanceLabel(label(item.p))))));
    fill("doc-stances", el("h3", {}, "Stances ", el("span", { class: "quiet" }, "holders by targets")),
      el("div", { class: "wide tall" }, el("table", { class: "across stances" },
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "holder"), ...[...columns.values()].map(([kind, each]) => el("th", { scope: "col", class: "target", title: visible(each) }, el("span", { class: "quiet" }, kind), bdi(cut(each, 70)))))),
        el("tbody", {}, ...[...rows].map(([holder, cells]) => el("tr", {}, el("th", { scope: "row" }, bdi(cut(holder, 60))), ...[...columns.keys()].map((column) => cell(cells.get(column)))))))));
  }

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
  function draw(scroll) {
    state = read();
    const filter = FILTERS.map((key) => state.get(key) || "").join("\n");
    const refiltered = filter !== shownFilter;
    if (refiltered) { shownFilter = filter; chips(); drawList(); }
    if (!index.documents.length) return;
    let n = state.has("doc") ? places.get(state.get("doc")) : undefined;
    if (n === undefined) n = refiltered && filtered() && !counts[current] ? Math.max(0, counts.findIndex((each) => each > 0)) : Math.max(0, current);
    const doc = open(n);
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
    for (const each of item ? marks.get(item.at) || [] : []) each.classList.add("chosen");
    drawDetails(doc, item);
    drawItems(doc, n, item);
  }
  function scrollToPlace(item) {
    const spans = item ? marks.get(item.at) || [] : [...$("text").querySelectorAll(".here")];
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

  function step(by) {
    const list = steps(current), doc = open(current);
    const at = list.findIndex((item) => item.k === state.get("item"));
    const next = at < 0 ? (by > 0 ? 0 : list.length - 1) : at + by;
    if (list[next]) { scrollNext = true; go(changed(["doc", doc.id], ["item", list[next].k], ["at", ""])); return; }
    const other = nextDocument(by);
    if (other === undefined) return;
    const there = steps(other);
    scrollNext = true;
    go(changed(["doc", index.documents[other].id], ["item", there[by > 0 ? 0 : there.length - 1].k], ["at", ""]));
  }
  function nextDocument(by) {
    for (let n = current + by; n >= 0 && n < counts.length; n += by) if (counts[n]) return n;
    return undefined;
  }
  function turn(by) {
    let n = current + by;
    while (filtered() && n >= 0 && n < counts.length && !counts[n]) n += by;
    if (n >= 0 && n < counts.length) go(changed(["doc", index.documents[n].id], ["item", ""], ["at", ""]));
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
    const typing = event.target.matches("input[type=search], select");
    if (event.key === "Escape") {
      if (typing) event.target.blur();
      else if (state.has("item") || state.has("at")) go(changed(["item", ""], ["at", ""]));
      else go(new Map([["doc", index.documents.length ? index.documents[current].id : ""]]));
      return;
    }
    if (typing) return;
    const keys = new Map([["n", () => step(1)], ["p", () => step(-1)], ["j", () => turn(1)], ["k", () => turn(-1)],
      ["/", () => { $("f-text").focus(); $("f-text").select(); }], ["?", () => $("help").showModal()]]);
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
    for (const each of item ? marks.get(item.at) : []) each.classList.add("hot");
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
  const redraw = () => { const doc = open(current); drawText(doc); dim(doc); choose(doc, current, doc.items.find((each) => each.k === state.get("item"))); };
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
  // a cell that a spreadsheet would take for a formula is made text
  const csvCell = (given) => {
    const safe = /^[=+\-@\t\r]/.test(given) ? "'" + given : given;
    return /[",\r\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
  };
  function csv() {
    const rows = [["document", "layer", "item", "outcome", "link", ...["gold", "system"].flatMap((each) => [each + " text", each + " label", each + " offsets", each + " fields"])]];
    index.documents.forEach((_, n) => {
      const doc = open(n);
      const told = (given) => given ? [text(doc, given), given.t, offsets(doc, given), given.f.map((field) => field.join("=")).join("; ")] : ["", "", "", ""];
      for (const item of doc.items) rows.push([doc.id, item.l, item.k, item.o, item.n || "", ...told(item.g), ...told(item.p)]);
    });
    return rows.map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";
  }
  $("save-json").addEventListener("click", () => save(value("record"), "application/json", "record.json"));
  $("save-csv").addEventListener("click", () => save(csv(), "text/csv", "items.csv"));

  draw(location.hash.includes("="));
  root.dataset.ready = String(Math.round(performance.now()));
})();
