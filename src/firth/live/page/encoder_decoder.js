// What the screens of encoder–decoders have in common: states as strips, and words shaded by how much an output depends on them.

import { element } from "./dom.js";

// The words of a source, shaded by weights if there are any, most at `full`; `classes` names the class of a place.
export function wordsOf(tokens, weights, { classes = () => "", full = 1 } = {}) {
  return tokens.flatMap((token, place) => {
    const weight = weights?.[place];
    const word = element("bdi", {
      class: `source ${classes(place)}`, title: weight === undefined ? null : weight.toFixed(2),
      style: weight === undefined ? {} : { "--weight": `${Math.round((60 * weight) / full)}%` },
    }, token);
    return place ? [" ", word] : [word];
  });
}

// Notes on words and outputs, a paragraph each.
export const notesOf = (notes) => notes.map((note) => element("p", { class: "note warning" }, element("bdi", {}, note), "."));

// A state as a strip, one stripe a number, from hundredths.
export function stateStrip(label, hundredths) {
  const width = 100 / hundredths.length;
  const stripes = hundredths.map((value, place) => {
    const color = `color-mix(in srgb, var(${value < 0 ? "--below" : "--above"}) ${Math.abs(value)}%, var(--tint))`;
    return `${color} ${(place * width).toFixed(3)}% ${((place + 1) * width).toFixed(3)}%`;
  });
  return element("figure", { class: "state" },
    element("figcaption", { class: "note" }, `${label} (${hundredths.length} numbers)`),
    element("div", { class: "strip", style: { "background-image": `linear-gradient(to right, ${stripes.join(", ")})` } }));
}
