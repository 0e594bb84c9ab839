// Translate, step by step: Space reads a source word and the state changes, then it writes a word of the output.

import { chip, element, modelHeading, percent, setField, textField } from "../dom.js";
import { notesOf, stateStrip, wordsOf } from "../encoder_decoder.js";

const END = "end"; // the step at which all is read and written

export function mount(shell) {
  const { input, field } = textField("Sentence to translate", (text) => shell.change({ text }, "typed"), { maxlength: 300 });
  const chips = element("div", { class: "chips", role: "group", "aria-label": "Sentences and steps" });

  const answers = (answer) => answer.models.filter(({ error }) => !error);
  const toRead = (answer) => Math.max(0, ...answers(answer).map(({ source }) => source.length));
  const toWrite = (answer) => Math.max(0, ...answers(answer).map(({ output }) => output.length));
  const last = (answer) => toRead(answer) + toWrite(answer);

  function stepOf(answer, query) {
    if (query.step === END) return last(answer);
    const step = Number(query.step ?? 0);
    return Number.isInteger(step) && step > 0 ? Math.min(step, last(answer)) : 0;
  }

  // The next longer example, or the shorter one for -1; undefined if there is none.
  function neighbor(answer, offset) {
    const at = answer.examples.indexOf(answer.text);
    if (at >= 0) return answer.examples[at + offset];
    const isLonger = ({ length }) => (length - answer.text.length) * offset > 0;
    return offset > 0 ? answer.examples.find(isLonger) : answer.examples.findLast(isLonger);
  }

  const turnTo = (text, query) => shell.change({ text, step: query.step === END ? END : null });

  function offer(answer, query) {
    const step = stepOf(answer, query);
    const [longer, shorter] = [neighbor(answer, 1), neighbor(answer, -1)];
    chips.replaceChildren(
      chip("longer sentence", () => turnTo(longer, query), { disabled: !longer }),
      chip("shorter sentence", () => turnTo(shorter, query), { disabled: !shorter }),
      chip("from the start", () => shell.change({ step: null }), { class: "chip plain", disabled: step === 0 }),
      chip("all at once", () => shell.change({ step: END }), { class: "chip plain", disabled: step === last(answer) }),
    );
  }

  function reads({ readings, output }) {
    const isBackwards = readings[0].positions[0] > 0;
    const order = readings.length > 1 ? "reads in both directions" : isBackwards ? "reads the last word first" : "reads the first word first";
    const looksBack = output[0]?.attention ? "each word that it writes looks back at the source" : "writes from its last state alone";
    return `${order}; ${looksBack}`;
  }

  // The state of each direction of the encoder after `count` words, or of the decoder before its next word.
  function states({ readings, source, output }, read, shown) {
    if (shown !== null && output[shown]) {
      return [stateStrip(`state that predicts “${output[shown].token}”`, output[shown].state)];
    }
    return readings.map(({ positions, states: all }, direction) => {
      const which = readings.length > 1 ? ["forwards: ", "backwards: "][direction] : "";
      const label = read ? `${which}state after “${source[positions[read - 1]]}”` : `${which}no word is read yet`;
      return stateStrip(label, read ? all[read - 1] : all[0].map(() => 0));
    });
  }

  function translator(one, step) {
    const { color } = shell.attention(one.name);
    const heading = modelHeading(shell.attention(one.name));
    if (one.error) return element("section", { class: "panel" }, heading, element("p", { class: "note" }, one.error));
    const read = Math.min(step, one.source.length);
    const written = Math.min(step - read, one.output.length);
    const section = element("section", { class: "panel translator", style: { "--of-model": color } });

    function render(shown) {
      const { attention = null, candidates } = one.output[shown] ?? {};
      const now = one.readings.map(({ positions }) => (written ? undefined : positions[read - 1]));
      const seen = new Set(one.readings.flatMap(({ positions }) => positions.slice(0, read)));
      const source = wordsOf(one.source, attention, { classes: (place) =>
        `${seen.has(place) ? "" : "unread"}${now.includes(place) ? " now" : ""}` });
      const output = one.output.slice(0, written).map(({ token }, place) =>
        element("button", {
          type: "button", class: "written", dir: "auto", "aria-pressed": String(place === shown), "data-key": `${one.name} ${place}`,
          onpointerenter: () => choose(place), onfocus: () => choose(place), onclick: () => choose(place),
        }, token));
      section.replaceChildren(
        heading,
        element("p", { class: "note" }, reads(one)),
        element("p", { class: "sentence", dir: "auto" }, ...source),
        ...states(one, read, shown),
        element("p", { class: "sentence output", dir: "auto" }, ...(output.length ? output : [element("span", { class: "unread" }, read < one.source.length ? "…" : "nothing is written yet")])),
        ...(candidates ? [element("ol", { class: "bars" }, candidates.map((candidate) => element("li", {}, bar(candidate, color))))] : []),
        ...(written === one.output.length && one.is_reference !== null ? [verdict(one)] : []),
        ...notesOf(one.notes),
      );
    }

    function choose(place) {
      if (section.dataset.shown === String(place)) return;
      const hadFocus = section.contains(document.activeElement);
      section.dataset.shown = place;
      render(place);
      if (hadFocus) section.querySelectorAll(".written")[place].focus({ preventScroll: true });
    }

    section.dataset.shown = written - 1;
    render(written ? written - 1 : null);
    return section;
  }

  function bar({ token, probability }, color) {
    return element("div", { class: "bar", title: `${token}: ${probability.toPrecision(3)}` },
      element("span", { class: "fill", style: { width: `${100 * probability}%`, "background-color": color } }),
      element("bdi", { class: "word" }, token),
      element("span", { class: "share" }, percent(probability)));
  }

  const verdict = ({ is_reference: isReference }) =>
    element("p", { class: isReference ? "verdict" : "verdict wrong" }, isReference ? "✓ equals the reference" : "✗ differs from the reference");

  function draw(answer, query) {
    setField(input, answer.text);
    offer(answer, query);
    const step = stepOf(answer, query);
    const isDone = step === last(answer);
    const { text, error } = answer.reference;
    const reference = !isDone ? null : element("p", { class: "note" }, text ? ["Reference translation: ", element("bdi", {}, text)] : error);
    const first = answer.sentence === answer.text ? null : element("p", { class: "note" }, "A model translates one sentence at a time; this is the first.");
    return element("div", {}, first, ...notesOf(answer.notes), element("div", { class: "panels wide" }, answer.models.map((one) => translator(one, step))), reference,
      element("p", { class: "note" }, "A strip is the state, one stripe a number: orange above 0, blue below, faint near 0. Bars: the three most probable words; the first is written."));
  }

  return {
    controls: element("div", {}, field, chips),
    fill(query) {
      if ("text" in query) setField(input, query.text);
    },
    draw,
    say(answer, query) {
      const step = stepOf(answer, query);
      const read = Math.min(step, toRead(answer));
      return answers(answer).map(({ name, output }) => {
        const words = output.slice(0, Math.max(0, step - read)).map(({ token }) => token).join(" ");
        return `${shell.attention(name).name}: ${words || `${read} words read`}`;
      }).join("; ");
    },
    step(answer, query) {
      const step = stepOf(answer, query);
      if (step < last(answer)) shell.change({ step: String(step + 1) });
    },
    stepName(answer, query) {
      const step = stepOf(answer, query);
      if (step === last(answer)) return null;
      return step < toRead(answer) ? "reads a word" : "writes a word";
    },
  };
}
