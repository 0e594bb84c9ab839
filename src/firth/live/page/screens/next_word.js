// Next word: ten bars for each model, and for the grammar; a click writes the word.

import { chip, element, modelHeading, percent, setField, textField } from "../dom.js";

const GRAMMAR = "grammar";
const EOS = "<eos>";

export function mount(shell) {
  const { input, field } = textField("The sentence so far", (text) => shell.change({ text }, "typed"));
  const chosen = element("div", { class: "chips", role: "group", "aria-label": "Models shown" });
  const clear = chip("start anew", () => shell.change({ text: null }), { class: "chip plain" });

  const label = (name) => (name === GRAMMAR ? shell.names.grammar : shell.model(name));
  const panels = (answer) => [...answer.models, { name: GRAMMAR, ...answer.grammar }];
  const hidden = (query) => new Set((query.hidden ?? "").split(",").filter(Boolean));
  const shown = (answer, query) => panels(answer).filter(({ name }) => !hidden(query).has(name));
  const writer = (answer, query) =>
    shown(answer, query).findLast((panel) => panel.next && panel.name !== GRAMMAR) ?? shown(answer, query).find((panel) => panel.next);
  const best = (answer, query) => writer(answer, query)?.next.find(({ token }) => token !== "<unk>");

  function choose(name, query) {
    const left = hidden(query);
    if (!left.delete(name)) left.add(name);
    shell.change({ hidden: left.size ? [...left].join(",") : null });
  }

  function bar({ token, probability, text }, color, longest) {
    const inside = [
      element("span", { class: "fill", style: { width: `${(100 * probability) / longest}%`, "background-color": color } }),
      element("bdi", { class: "word" }, token),
      element("span", { class: "share" }, percent(probability)),
    ];
    const attributes = { class: "bar", "data-token": token, title: `${token}: ${probability.toPrecision(3)}` };
    if (text === null) return element("div", attributes, inside);
    return element("button", { ...attributes, type: "button", onclick: () => shell.change({ text: text || null }) }, inside);
  }

  function panel(one, longest) {
    const { color } = label(one.name);
    const heading = modelHeading(label(one.name));
    if (one.error) return element("section", { class: "panel" }, heading, element("p", { class: "note" }, one.error));
    const bars = one.next.map((next) => element("li", {}, bar(next, color, longest)));
    return element("section", { class: "panel" }, heading, element("ol", { class: "bars" }, bars));
  }

  function draw(answer, query) {
    chosen.replaceChildren(
      ...panels(answer).map(({ name }) =>
        chip(label(name).name, () => choose(name, query), { pressed: !hidden(query).has(name), key: `shown ${name}` })),
      clear,
    );
    const there = shown(answer, query);
    const longest = Math.max(...there.flatMap(({ next = [] }) => next.map(({ probability }) => probability)), 1e-9);
    const drawn = element("div", { class: "panels" }, there.map((one) => panel(one, longest)));
    drawn.addEventListener("pointerover", (event) => mark(drawn, event.target.closest(".bar")?.dataset.token));
    drawn.addEventListener("pointerleave", () => mark(drawn, undefined));
    const note = `All bars have one scale. ${EOS} is the end of the sentence; a click on it begins another.`;
    return element("div", {}, drawn, element("p", { class: "note" }, note));
  }

  // The same word in every panel.
  function mark(drawn, token) {
    for (const one of drawn.querySelectorAll(".bar")) one.classList.toggle("same", one.dataset.token === token);
  }

  return {
    controls: element("div", {}, field, chosen),
    fill: ({ text = "" }) => setField(input, text),
    draw,
    say: (answer) =>
      answer.models.filter(({ next }) => next)
        .map(({ name, next }) => `${label(name).name}: ${next[0].token}, ${percent(next[0].probability)}`).join("; "),
    step: (answer, query) => {
      const next = best(answer, query);
      if (next) shell.change({ text: next.text || null });
    },
    stepName: (answer, query) => {
      const next = best(answer, query);
      if (!next) return null;
      const { name } = label(writer(answer, query).name);
      return next.token === EOS ? `begins another sentence (${name} finds ${EOS} most probable)` : `writes the word that ${name} finds most probable`;
    },
  };
}
