// Back in time: a click on a word shows how far its error reaches, as shades of the words before it.

import { element, modelHeading, setField, textField } from "../dom.js";

const DECADES = 2; // a word whose share of the error is 10⁻² of the largest has no shade
const FULL = 50; // percent of the network's color in the darkest shade
const WHEN = [["before", "before training"], ["after", "after training"]];

export function mount(shell) {
  const { input, field } = textField("The sentence", (text) => shell.change({ text, word: null }, "typed"));

  const choose = (text, word) => shell.change({ text, word: String(word) });
  const following = ({ tokens, word }) => (word < tokens.length ? word + 1 : 1);

  function words({ tokens, word, text }) {
    return element("p", { class: "words", dir: "auto" },
      ...tokens.flatMap((token, place) => [
        element("button", {
          type: "button", class: "pick", dir: "auto", "data-key": `word ${place + 1}`, "aria-pressed": String(word === place + 1),
          onclick: () => choose(text, place + 1),
        }, token), " ",
      ]));
  }

  function line({ tokens, word }, { norms, reach, error }, label, color) {
    if (error) return [element("span", { class: "note" }, label), element("p", { class: "note" }, error), element("span")];
    const largest = Math.max(...norms.map((norm) => norm ?? 0));
    const shaded = norms.map((norm, place) => {
      const share = norm === null || !largest ? 0 : norm / largest;
      const strength = share ? Math.max(0, 1 + Math.log10(share) / DECADES) : 0;
      const title = norm === null ? "the loss does not read this state" : `${share.toPrecision(2)} of the largest`;
      return element("bdi", { class: "reached", title, style: { "--of-model": color, "--strength": `${Math.round(FULL * strength)}%` } }, tokens[place]);
    });
    const sentence = [...shaded, element("bdi", { class: "asked" }, tokens[word - 1])];
    return [
      element("span", { class: "note" }, label),
      element("p", { dir: "auto" }, ...sentence.flatMap((one) => [one, " "])),
      element("span", { class: "note reach" }, reach === 1 ? "1 word back" : `${reach} words back`),
    ];
  }

  function network(answer, { name, states, error }) {
    if (error) return [element("section", { class: "in-time" }, modelHeading(shell.model(name)), element("p", { class: "note" }, error))];
    return states.map((state) => {
      const of = state.kind === "cell" ? shell.names.cell_state : shell.model(name);
      return element("section", { class: "in-time" }, modelHeading(of),
        element("div", { class: "times" }, WHEN.flatMap(([when, label]) => line(answer, state[when], label, of.color))));
    });
  }

  function draw(answer) {
    setField(input, answer.text);
    if (!answer.tokens.length) return element("p", { class: "note" }, "Write a sentence, then click one of its words.");
    return element("div", {}, words(answer),
      element("div", { class: "rows" }, answer.networks.flatMap((one) => network(answer, one))),
      element("p", { class: "note" },
        "Each word is shaded by the norm of the gradient of the clicked word's loss with respect to the network's state " +
        "after that word: the darkest is the largest of its line, half the shade is a tenth of it, and no shade is a " +
        "hundredth or less. An LSTM has two states: the hidden state, and the cell state, which carries errors far; the " +
        "loss does not read the last cell state."));
  }

  return {
    controls: element("div", {}, field),
    fill(query) {
      if ("text" in query) setField(input, query.text);
    },
    draw,
    say({ tokens, word, networks }) {
      const reaches = networks.filter(({ error }) => !error).flatMap(({ name, states }) =>
        states.map((state) => `${shell.model(name).name}, ${state.kind} state: ` +
          WHEN.filter(([when]) => !state[when].error).map(([when, label]) => `${state[when].reach} words back ${label}`).join(", ")));
      return tokens.length && reaches.length ? `The error at ${tokens[word - 1]} reaches: ${reaches.join("; ")}` : "";
    },
    step: (answer) => answer.tokens.length && choose(answer.text, following(answer)),
    stepName: ({ tokens, word }) => (tokens.length < 2 ? null : word < tokens.length ? "the next word's error" : "the first word's error"),
  };
}
