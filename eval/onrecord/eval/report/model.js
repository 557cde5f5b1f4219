"use strict";
// Documents, items, names, and which items a filter lets through. All state is in the address.
// What comes from files is never a key of an object, never markup and never an address: maps, text nodes, fragments.
const $ = (id) => document.getElementById(id);
const value = (id) => JSON.parse($(id).textContent);
const index = value("index");
index.documents = index.documents.map(([id, title, errors, ...counts]) => ({ id, title, errors, counts }));
const unjudged = new Set(index.unjudged);
const ITEM_LAYERS = index.items;
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

// a part is base64 of zlib's format of some lines of UTF-8, a document's JSON each: unpacked when one of them is asked
// for, and let go when others were
const KEPT = 50, PARTS_KEPT = 4;
const unpacked = new Map();
async function unpack(id) {
  const letters = atob($(id).textContent), packed = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at++) packed[at] = letters.charCodeAt(at);
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
}
function partOf(n) {
  let low = 0, high = index.parts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    index.parts[middle] <= n ? low = middle : high = middle - 1;
  }
  return low;
}
function linesOf(part) {
  const found = unpacked.get(part) || unpack("part" + part).then((text) => text.split("\n"));
  unpacked.delete(part);
  unpacked.set(part, found);
  for (const each of [...unpacked.keys()]) if (unpacked.size > PARTS_KEPT) unpacked.delete(each);
  return found;
}
function parsed(line) {
  const found = JSON.parse(line);
  found.items.forEach((item, at) => { item.at = at; });
  return found;
}
async function load(n) {
  let found = opened.get(n);
  if (!found) {
    const part = partOf(n);
    found = parsed((await linesOf(part))[n - index.parts[part]]);
  }
  opened.delete(n);
  opened.set(n, found);
  for (const each of [...opened.keys()]) if (opened.size > KEPT && each !== current) opened.delete(each);
  return found;
}
const open = (n) => opened.get(n);
const side = (item) => item.g || item.p;
const label = (given) => given ? given.t : index.nothing;
const fields = (given, name) => given ? given.f.filter((field) => field[0] === name).map((field) => field[1]) : [];
const first = (item) => Math.min(...[item.g, item.p].flatMap((each) => each ? each.s.map((place) => place[0]) : []), 1e12);
const kindOf = (outcome) => unjudged.has(outcome) ? "unjudged" : outcome === "not_in_text" ? "spurious" : ["right", "missed", "spurious"].includes(outcome) ? outcome : "wrong";
const outcomeIn = (item, layer) => layer === "links" ? item.n || "" : !layer || item.l === layer ? item.o : "";

function text(doc, given) {
  if (!given.s.length) return fields(given, "words").join(" … ");  // not in the text
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
const looksInside = () => state.has("ref") || state.has("to") || state.has("q");
// how many items of every document are let through; null where the filter has become another meanwhile
async function countAll(wanted, tell) {
  if (!filtered()) return index.documents.map((each) => each.errors);
  const bound = index.documents.map((each, n) => matching(n));
  if (!looksInside()) return bound;
  const may = mayMatch(), found = [];
  let told = performance.now();
  for (let part = 0; part < index.parts.length; part++) {
    const first = index.parts[part], lines = bound.slice(first, index.parts[part + 1]).some((n) => n) ? await linesOf(part) : [];
    if (!wanted()) return null;
    const end = part + 1 < index.parts.length ? index.parts[part + 1] : index.documents.length;
    for (let n = first; n < end; n++) {
      if (!bound[n] || !may(lines[n - first])) { found.push(0); continue; }
      const doc = opened.get(n) || parsed(lines[n - first]);
      found.push(doc.items.filter((item) => matches(doc, item)).length);
    }
    if (performance.now() - told > 100) {
      tell(end / index.documents.length);
      await new Promise((done) => setTimeout(done));
      if (!wanted()) return null;
      told = performance.now();
    }
  }
  return found;
}
// whether an item of a document may be let through, from its line alone: what is sought stands in it as it is, or an id
// by whose name it is found does
function mayMatch() {
  const all = [];
  for (const key of ["ref", "to"]) if (state.has(key)) all.push(standsIn(idsOf(state.get(key))));
  const sought = (state.get("q") || "").toLowerCase();
  // what is escaped, what may span two places or two names, and what is another letter at the end of a word
  if (sought && !/["\\\p{Cc}\p{Cs}…→σς]|^\s|\s$/u.test(sought)) {
    const named = standsIn(idsNamed(sought));
    // faster than to change the letters of every line; one letter has two when it is small
    const stands = new RegExp(sought.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"), "iu");
    all.push((line) => stands.test(line) || line.includes("\u0130") || named(line));
  }
  return (line) => all.every((each) => each(line));
}
const standsIn = (ids) => {
  const written = [...ids].map((id) => JSON.stringify(id));
  return (line) => written.length > 200 || written.some((id) => line.includes(id));
};
function idsOf(id) {
  const found = new Set([id]);
  for (const [own, gold] of systemIds) if (gold === id) found.add(own);
  return found;
}
function idsNamed(sought) {
  const named = new Set(), gold = new Set();
  for (const [, id, name] of index.gold) if (name.toLowerCase().includes(sought)) { named.add(id); gold.add(id); }
  for (const [, id, name, of] of index.system) if (gold.has(of) || name.toLowerCase().includes(sought)) named.add(id);
  return named;
}
const systemIds = index.system.map(([, id, , gold]) => [id, gold]);
function matching(n) {
  const layer = state.get("layer"), counts = index.documents[n].counts;
  let sum = 0;
  for (let at = 0; at < counts.length; at += 2) {
    const [of, outcome, gold, predicted] = index.kinds[counts[at]];
    if (layer ? of === layer : of !== "links") if (passes(of, outcome, gold, predicted)) sum += counts[at + 1];
  }
  return sum;
}
const isError = (item) => item.o !== "right" && !unjudged.has(item.o);
function steps(n) {
  const doc = open(n);
  const found = doc.items.filter((item) => filtered() ? matches(doc, item) : isError(item));
  return found.map((item) => [first(item), item]).sort((a, b) => a[0] - b[0] || a[1].at - b[1].at).map((each) => each[1]);
}
