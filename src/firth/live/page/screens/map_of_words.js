// Map: all words; one that is pointed at, with its nearest by every representation; an analogy as arrows.

import { chip, drawn, element, setField, textField } from "../dom.js";

const DWELL = 150; // milliseconds that the pointer rests on a word before its nearest are asked
const CLOSE = 16; // pixels between the pointer and the word that it points at
const MARGIN = 24; // pixels around the words
const CLOSEST = 40; // times that the map can be enlarged
const REPRESENTATIONS = ["raw_counts", "svd", "word2vec"]; // beside one-hot vectors
const ASPECT = 2.5; // width over height of the drawing of an analogy, as in live.css
const TERMS = ["a", "b", "c"];

export function mount(shell) {
  let answer = null;
  let view = { zoom: 1, x: 0, y: 0 }; // pixels of the map's corner in the window's
  let dwelling, dragged = null;

  const find = textField("Find a word", (text) => shell.change({ word: text || null }, "typed"), { maxlength: 60, type: "search" });
  const terms = TERMS.map((key, place) =>
    textField(["Analogy:", "is to", "as"][place], (text) => shell.change({ [key]: text || null }, "typed"), { maxlength: 60 }));
  const picture = drawn("svg", { class: "map", role: "img" });
  const buttons = element("div", { class: "chips", role: "group", "aria-label": "Size of the map" },
    chip("+", () => zoom(2), { "aria-label": "enlarge" }), chip("−", () => zoom(0.5), { "aria-label": "reduce" }),
    chip("whole map", () => { view = { zoom: 1, x: 0, y: 0 }; redraw(); }, { class: "chip plain" }));
  const caption = element("p", { class: "note" });
  const frame = element("div", { class: "framed" }, picture, buttons, caption);

  const size = () => ({ width: picture.clientWidth || 300, height: picture.clientHeight || 300 });

  // The words in the window: dots, and labels where they have room; first those that matter, then the most frequent.
  function redraw() {
    if (!answer || !picture.isConnected) return;
    const { width, height } = size();
    const letter = parseFloat(getComputedStyle(picture).fontSize);
    const chosen = answer.nearest?.word ?? null;
    const near = new Set((answer.nearest?.[answer.space]?.ranked ?? []).map(({ word }) => word));
    const sought = chosen ? "" : answer.word.toLowerCase();
    const kind = (word) => (word === chosen ? "chosen" : near.has(word) ? "near-chosen" : sought && word.toLowerCase().startsWith(sought) ? "sought" : "");
    const scale = factors();
    const all = answer.words.map((word, number) => ({ word, kind: kind(word), at: scale(answer.points[number]) }))
      .filter(({ at: [x, y] }) => x >= 0 && y >= 0 && x <= width && y <= height);
    const first = [...all.filter((one) => one.kind === "chosen"), ...all.filter((one) => one.kind && one.kind !== "chosen"), ...all.filter((one) => !one.kind)];
    const taken = [], labels = [];
    for (const { word, kind: of, at: [x, y] } of first) {
      const long = 0.56 * letter * word.length + 6;
      const left = Math.min(Math.max(x - long / 2, 2), width - long - 2);
      const box = [left, y - letter - 5, left + long, y - 3];
      if (box[1] < 0 || (of !== "chosen" && taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]))) continue;
      taken.push(box);
      labels.push(drawn("text", { x: left + long / 2, y: y - 6, class: `label ${of}` }, word));
    }
    const center = all.find((one) => one.kind === "chosen");
    const lines = center
      ? all.filter((one) => one.kind === "near-chosen").map(({ at }) => drawn("line", { x1: center.at[0], y1: center.at[1], x2: at[0], y2: at[1], class: "to-near" }))
      : [];
    const dots = first.toReversed().map(({ kind: of, at: [x, y] }) => drawn("circle", { cx: x, cy: y, r: of ? 5 : 2.5, class: `dot ${of}` }));
    picture.setAttribute("aria-label", `Map of ${answer.words.length} words; the lists of nearest words say in text what stands together.`);
    picture.replaceChildren(...lines, ...dots, ...labels);
  }

  function factors() {
    const { width, height } = size();
    const across = Math.max(...answer.points.map(([x]) => x), 1), down = Math.max(...answer.points.map(([, y]) => y), 1);
    return ([x, y]) => [
      view.x + view.zoom * (MARGIN + ((width - 2 * MARGIN) * x) / across),
      view.y + view.zoom * (MARGIN + ((height - 2 * MARGIN) * y) / down),
    ];
  }

  // Where the buttons enlarge the map: around the word that was asked about, or the middle of the window.
  function middle() {
    const { width, height } = size();
    const number = answer?.words.indexOf(answer.nearest?.word) ?? -1;
    const [x, y] = number < 0 ? [-1, -1] : factors()(answer.points[number]);
    return x >= 0 && y >= 0 && x <= width && y <= height ? [x, y] : [width / 2, height / 2];
  }

  // Enlarge the map around a point of the window.
  function zoom(times, [x, y] = middle()) {
    if (!answer) return;
    const next = Math.min(Math.max(view.zoom * times, 1), CLOSEST);
    const by = next / view.zoom;
    view = next === 1 ? { zoom: 1, x: 0, y: 0 } : { zoom: next, x: x - by * (x - view.x), y: y - by * (y - view.y) };
    redraw();
  }

  const pointer = (event) => {
    const { left, top } = picture.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };

  function pointedAt(event) {
    const [x, y] = pointer(event), scale = factors();
    let best = null, least = CLOSE;
    answer.words.forEach((word, number) => {
      const [px, py] = scale(answer.points[number]);
      const distance = Math.hypot(px - x, py - y);
      if (distance < least) [best, least] = [word, distance];
    });
    return best;
  }

  picture.addEventListener("wheel", (event) => {
    if (event.deltaY > 0 && view.zoom === 1) return; // the page scrolls on
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.25 : 0.8, pointer(event));
  }, { passive: false });
  picture.addEventListener("pointerdown", (event) => {
    clearTimeout(dwelling);
    dragged = { from: pointer(event), view, moved: false };
  });
  picture.addEventListener("pointermove", (event) => {
    clearTimeout(dwelling);
    if (!answer) return;
    const [x, y] = pointer(event);
    if (dragged && event.buttons) {
      const [dx, dy] = [x - dragged.from[0], y - dragged.from[1]];
      dragged.moved ||= Math.hypot(dx, dy) > 4;
      if (dragged.moved && view.zoom > 1) {
        view = { ...view, x: dragged.view.x + dx, y: dragged.view.y + dy };
        redraw();
      }
      return;
    }
    const word = pointedAt(event);
    picture.classList.toggle("pointing", word !== null);
    if (word && word !== answer.word) dwelling = setTimeout(() => picture.isConnected && shell.change({ word }, "typed"), DWELL);
  });
  picture.addEventListener("pointerleave", () => clearTimeout(dwelling));
  picture.addEventListener("click", (event) => {
    clearTimeout(dwelling);
    const word = answer && !dragged?.moved && pointedAt(event);
    if (word) shell.change({ word }, "chosen");
  });
  new ResizeObserver(redraw).observe(picture);

  function ranked(representation, { ranked: found, error }) {
    const name = shell.names.representations[representation];
    if (error) return element("section", {}, element("h2", {}, name), element("p", { class: "note" }, error));
    const items = found.map(({ word, cosine }) =>
      element("li", {}, element("button", { type: "button", class: "bar", "data-key": `${representation} ${word}`, onclick: () => shell.change({ word }) },
        element("bdi", { class: "word" }, word), element("span", { class: "share" }, cosine.toFixed(2)))));
    return element("section", {}, element("h2", {}, name), element("ol", { class: "bars" }, items));
  }

  function nearest({ nearest: found }) {
    if (!found) return element("p", { class: "note" }, "Point at a word of the map, or write one: its nearest words by four representations stand here.");
    if (found.error) return element("p", { class: "note" }, found.error);
    return element("div", {}, element("p", { class: "asked-word" }, "Nearest to ", element("bdi", {}, found.word), ", with cosine"),
      element("div", { class: "nearest" },
        element("section", {}, element("h2", {}, shell.names.representations.one_hot),
          element("p", { class: "note" }, "None: every other word is a different symbol, with cosine 0.")),
        REPRESENTATIONS.map((one) => ranked(one, found[one]))));
  }

  // The plane through a, b and c: the arrow from a to b, and the same arrow from c.
  function arrows({ words, points }) {
    const xs = points.map(([x]) => x), ys = points.map(([, y]) => y);
    const [left, low] = [Math.min(...xs), Math.min(...ys)];
    const across = Math.max(...xs) - left, up = Math.max(...ys) - low;
    const unit = Math.min(76 / (across || 1), 56 / ASPECT / (up || 1)); // percent of the width, on both axes
    const spot = ([x, y]) => [50 + unit * (x - left - across / 2), 50 - ASPECT * unit * (y - low - up / 2)];
    const [a, b, c, target, ...answers] = points.map(spot);
    const marks = [
      ...[[a, b, "first"], [c, target, "second"]].map(([from, to, of]) =>
        drawn("line", { x1: `${from[0]}%`, y1: `${from[1]}%`, x2: `${to[0]}%`, y2: `${to[1]}%`, class: `arrow ${of}`, "marker-end": `url(#tip-${of})` })),
      ...answers.map(([x, y], number) => drawn("circle", { cx: `${x}%`, cy: `${y}%`, r: number ? 3 : 6, class: number ? "dot" : "dot chosen" })),
    ];
    const tips = drawn("defs", {}, ...["first", "second"].map((of) =>
      drawn("marker", { id: `tip-${of}`, viewBox: "-8 -4 8 8", refX: 0, refY: 0, markerWidth: 6, markerHeight: 6, orient: "auto" },
        drawn("path", { d: "M -8 -4 L 0 0 L -8 4 Z", class: `tip ${of}` }))));
    const names = [[words[0], a, "first"], [words[1], b, "first"], [words[2], c, "second"], [words[4], answers[0], "found"]]
      .filter(([, at]) => at)
      .map(([word, [x, y], of]) => element("bdi", { class: `named ${of}`, style: { left: `${x}%`, top: `${y}%` } }, word));
    return element("div", { class: "plane" }, drawn("svg", { role: "img", "aria-label": "Two equal arrows: from the first word to the second, and from the third to the place of the answer" }, tips, ...marks), ...names);
  }

  function analogy({ analogy: found, terms: [a, b, c] }) {
    if (!found) return null;
    if (found.error) return element("p", { class: "note" }, found.error);
    const items = found.answers.map(({ word, score }) =>
      element("li", {}, element("div", { class: "bar" }, element("bdi", { class: "word" }, word), element("span", { class: "share" }, score.toFixed(2)))));
    return element("div", { class: "analogy" }, arrows(found.plane),
      element("section", {}, element("h2", {}, `${a} : ${b} = ${c} : ?`), element("ol", { class: "bars" }, items),
        element("p", { class: "note" }, `The words nearest to ${b} + ${c} − ${a}, with cosine. The drawing is the plane through the three words; dots are the answers, seen from above it.`)));
  }

  // A word, then an analogy, then the bare map.
  function next({ word, example, terms: asked }) {
    if (!word) return [{ word: example?.[0] ?? answer.words[Math.min(100, answer.words.length - 1)] }, "points at a word"];
    if (example && !asked.some(Boolean)) return [Object.fromEntries(TERMS.map((key, number) => [key, example[number]])), "asks an analogy"];
    return [{ word: null, a: null, b: null, c: null }, "shows the bare map"];
  }

  const layout = element("div", { class: "mapped" });

  return {
    controls: element("div", {}, element("div", { class: "blanks map-question" }, find.field, ...terms.map(({ field }) => field), element("span", { class: "what", "aria-hidden": "true" }, "is to what?"))),
    fill(query) {
      clearTimeout(dwelling); // another question is asked
      setField(find.input, query.word ?? "");
      terms.forEach(({ input }, number) => setField(input, query[TERMS[number]] ?? ""));
    },
    draw(given) {
      answer = given;
      const many = given.total > given.words.length ? `The ${given.words.length.toLocaleString("en-US")} most frequent of ${given.total.toLocaleString("en-US")} words` : `All ${given.words.length.toLocaleString("en-US")} words`;
      caption.replaceChildren(`${many} by ${shell.names.representations[given.space]}, in two dimensions (t-SNE): neighbors are near, and far distances mean little. The wheel enlarges the map, dragging moves it.`);
      layout.replaceChildren(...[analogy(given), frame, element("div", { class: "found" }, nearest(given))].filter(Boolean));
      requestAnimationFrame(redraw);
      return layout;
    },
    say({ nearest: found, analogy: asked, space }) {
      const said = [];
      if (found && !found.error && found[space].ranked) said.push(`Nearest to ${found.word}: ${found[space].ranked.map(({ word }) => word).join(", ")}`);
      if (asked?.answers) said.push(`Answers: ${asked.answers.map(({ word }) => word).join(", ")}`);
      return said.join(". ");
    },
    step: (given) => shell.change(next(given)[0]),
    stepName: (given) => next(given)[1],
  };
}
