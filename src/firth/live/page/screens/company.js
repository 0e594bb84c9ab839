// Company: the lines of a word, its neighbors by counts or PPMI; with a second word, what both share and their angle.

import { chip, drawn, element, setField, textField } from "../dom.js";

const WEIGHTS = ["raw_counts", "ppmi"];
const LENGTH = 88; // of an arrow, in units of the drawing

export function mount(shell) {
  const word = textField("Word", (text) => shell.change({ word: text }, "typed"), { maxlength: 60 });
  const other = textField("Second word", (text) => shell.change({ other: text || null }, "typed"), { maxlength: 60 });
  const weights = element("div", { class: "chips", role: "group", "aria-label": "Weight of the neighbors" });

  const weightName = (weight) => shell.names.representations[weight];
  const number = (value) => value.toLocaleString("en-US", Number.isInteger(value) ? {} : { minimumFractionDigits: 2, maximumFractionDigits: 2 });

  function fill(query) {
    if ("word" in query) setField(word.input, query.word);
    setField(other.input, query.other ?? "");
  }

  // A line of the text: the word is bold, the words that count as its neighbors are shaded.
  function line({ tokens, at, cut }, window, kind) {
    const parts = tokens.flatMap((token, place) => {
      const near = place !== at && Math.abs(place - at) <= window;
      return [" ", element("bdi", { class: place === at ? `marked ${kind}` : near ? "near" : null }, token)];
    });
    return element("li", {}, cut[0] ? "…" : null, ...parts, cut[1] ? " …" : null);
  }

  function lines(found, window, of, kind) {
    const list = found.length
      ? element("ul", { class: "lines", dir: "auto" }, found.map((one) => line(one, window, kind)))
      : element("p", { class: "note" }, "No line of the text has this word.");
    return element("section", {}, element("h2", {}, "Lines with ", element("bdi", { class: kind }, of)), list);
  }

  function neighbors({ word: of, weight, company }) {
    const heading = element("h2", {}, "Neighbors by ", weightName(weight));
    if (company.error) return element("section", {}, heading, element("p", { class: "note" }, company.error));
    if (!company.neighbors.length) return element("section", {}, heading, element("p", { class: "note" }, weight === "ppmi" ? "No word stands near it more often than by chance." : "No word stands near it."));
    const longest = Math.max(...company.neighbors.map(({ value }) => value));
    const bars = company.neighbors.map(({ word: neighbor, value }) =>
      element("li", {}, element("button", {
        type: "button", class: "bar", "data-key": `neighbor ${neighbor}`, title: `ask about ${neighbor}`,
        onclick: () => shell.change({ word: neighbor }),
      },
      element("span", { class: "fill first", style: { width: `${(100 * value) / longest}%` } }),
      element("bdi", { class: "word" }, neighbor), element("span", { class: "share" }, number(value)))));
    return element("section", {}, heading, element("ol", { class: "bars" }, bars),
      element("p", { class: "note" }, "The vector of ", element("bdi", {}, of),
        ` has ${number(company.size)} numbers, one for each word of the vocabulary; ${number(company.nonzeros)} are not zero.`));
  }

  function shared({ word: first, weight, comparison }) {
    const { word: second, shared: found, cosine, degrees, error } = comparison;
    const heading = element("h2", {}, "What both share");
    if (error) return element("section", {}, heading, element("p", { class: "note" }, error));
    if (cosine === null) return element("section", {}, heading, element("p", { class: "note" }, "One of the vectors is zero: the word has no neighbor, so there is no angle."));
    const longest = [0, 1].map((side) => Math.max(...found.map(({ values }) => values[side])));
    const half = (values, side) => element("span", { class: `half ${side ? "second" : "first"}` },
      element("span", { class: `fill ${side ? "second" : "first"}`, style: { width: `${(100 * values[side]) / longest[side]}%` } }),
      element("span", { class: "share" }, number(values[side])));
    const rows = found.map(({ word: neighbor, values }) =>
      element("li", { class: "both" }, half(values, 0), element("bdi", { class: "word" }, neighbor), half(values, 1)));
    return element("section", {}, heading,
      angle(degrees),
      element("p", { class: "cosine" },
        element("bdi", { class: "first" }, first), " and ", element("bdi", { class: "second" }, second),
        `: ${degrees.toFixed(0)}°, cosine ${cosine.toFixed(2)}`),
      element("ol", { class: "bars" }, rows),
      element("p", { class: "note" },
        found.length ? `The neighbors that add most to the cosine, with ${weightName(weight)} of both words.` : "The words share no neighbor, so their vectors stand at a right angle."));
  }

  // Two arrows from one point, of one length, with the angle between the two vectors.
  function angle(degrees) {
    const turn = (90 - degrees) / 2; // both arrows stand evenly around the diagonal
    const tip = (of, length) => {
      const radians = (of * Math.PI) / 180;
      return [6 + length * Math.cos(radians), 94 - length * Math.sin(radians)].map((value) => value.toFixed(2)).join(" ");
    };
    const arrow = (of, kind) => [
      drawn("path", { d: `M 6 94 L ${tip(of, LENGTH - 4)}`, class: `arrow ${kind}` }),
      drawn("path", { d: "M -7 -3.5 L 0 0 L -7 3.5 Z", class: `tip ${kind}`, transform: `translate(${tip(of, LENGTH)}) rotate(${-of})` }),
    ];
    const figure = drawn("svg", { viewBox: "0 0 100 100", class: "angle", role: "img", "aria-label": `An angle of ${degrees.toFixed(0)} degrees` });
    figure.append(
      drawn("path", { d: `M ${tip(turn, 26)} A 26 26 0 0 0 ${tip(turn + degrees, 26)}`, class: "arc" }),
      ...arrow(turn + degrees, "first"), ...arrow(turn, "second"));
    return figure;
  }

  function draw(answer) {
    setField(word.input, answer.word);
    weights.replaceChildren("Neighbors by", ...WEIGHTS.map((weight) =>
      chip(weightName(weight), () => shell.change({ weight }), { pressed: weight === answer.weight, class: "chip choice" })));
    const { comparison } = answer;
    const right = comparison ? shared(answer) : neighbors(answer);
    return element("div", { class: "company" },
      element("div", { class: "texts" },
        lines(answer.lines.slice(0, comparison?.lines ? 3 : undefined), answer.window, answer.word, "first"),
        comparison?.lines ? lines(comparison.lines.slice(0, 3), answer.window, comparison.word, "second") : null,
        element("p", { class: "note" }, `Shaded: the ${answer.window} words on either side that count as neighbors.`)),
      right);
  }

  // From counts to PPMI, to a second word, and back.
  function next({ word: of, weight, other: second, examples }) {
    const partner = examples.find((example) => example !== of);
    if (weight !== "ppmi") return [{ weight: "ppmi" }, "weighs the neighbors by PPMI"];
    if (!second && partner) return [{ other: partner }, `compares it with ${partner}`];
    return [{ weight: null, other: null }, "begins again"];
  }

  return {
    controls: element("div", {}, element("div", { class: "blanks two" }, word.field, other.field), weights),
    fill,
    draw,
    say({ word: of, company, comparison }) {
      if (typeof comparison?.cosine === "number") return `${of} and ${comparison.word}: ${comparison.degrees.toFixed(0)} degrees, cosine ${comparison.cosine.toFixed(2)}`;
      return company.error ?? `Neighbors of ${of}: ${company.neighbors.slice(0, 5).map((one) => one.word).join(", ")}`;
    },
    step: (answer) => shell.change(next(answer)[0]),
    stepName: (answer) => next(answer)[1],
  };
}
