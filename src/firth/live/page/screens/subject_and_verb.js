// Subject and verb: phrases are put between them; each model prefers a verb form, and sees so many words back.

import { chip, element, modelHeading, percent, setField, textField } from "../dom.js";

const TEXTS = [
  ["subject", "Subject", 500],
  ["between", "Words in between", 500],
  ["first", "Verb form", 60],
  ["second", "or", 60],
];

export function mount(shell) {
  let question = {}; // the texts of the question that is asked, also where it has no answer
  const fields = new Map(
    TEXTS.map(([key, label, maxlength]) => [
      key, textField(label, (text) => shell.change({ ...question, [key]: text }, "typed"), { maxlength }),
    ]),
  );
  const phrases = element("div", { class: "chips", role: "group", "aria-label": "Phrases to put in between" });
  const examples = element("div", { class: "chips prepared", role: "group", "aria-label": "Examples" });

  const exampleOf = (answer) =>
    answer.examples.find(({ subject, first, second }) =>
      subject === answer.question.subject && first === answer.question.first && second === answer.question.second);
  const join = (...texts) => texts.filter(Boolean).join(" ");

  // The words in between with one more phrase of the example; "" after the last; null if the words are others.
  function longer(answer) {
    const given = exampleOf(answer)?.phrases ?? [];
    const states = given.map((_, count) => join(...given.slice(0, count + 1)));
    const at = ["", ...states].indexOf(answer.question.between);
    return at < 0 || !given.length ? null : (states[at] ?? "");
  }

  const put = (between) => shell.change({ ...question, between: between || null });

  function fillFields() {
    for (const [key, { input }] of fields) setField(input, question[key]);
  }

  function offer(answer) {
    const there = answer.question.between;
    const given = exampleOf(answer)?.phrases ?? [];
    phrases.replaceChildren(
      ...(given.length ? ["Put in between:"] : []),
      ...given.map((phrase) => chip(`+ ${phrase}`, () => put(join(there, phrase)), { key: `phrase ${phrase}` })),
      ...(there ? [chip("nothing in between", () => put(""), { class: "chip plain" })] : []),
    );
    examples.replaceChildren(
      "Examples:",
      ...answer.examples.map(({ subject, first, second }) =>
        chip(`${subject} ${first}`, () => shell.change({ subject, between: null, first, second }),
          { pressed: exampleOf(answer)?.subject === subject, class: "chip choice" })),
    );
    examples.hidden = answer.examples.length < 2;
  }

  // The words before the verb: those of the subject are bold, those within the model's context shaded.
  function sentence(answer, contextSize, color) {
    const { tokens, subject_tokens: subject, question: { first, second } } = answer;
    const start = contextSize === null ? 0 : Math.max(0, tokens.length - contextSize);
    const words = tokens.map((token, place) =>
      element("bdi", { class: `${place < start ? "unread" : ""}${place < subject ? " subject" : ""}` }, token));
    const seen = element("span", { class: "seen", style: { "--of-model": color } }, ...spaced(words.slice(start)));
    return element("p", { class: "sentence", dir: "auto" },
      ...spaced(words.slice(0, start)), start ? " " : null, start < words.length ? seen : null, " ",
      element("span", { class: "gap" }, element("bdi", {}, first), " | ", element("bdi", {}, second)));
  }

  const spaced = (words) => words.flatMap((word, place) => (place ? [" ", word] : [word]));

  // One bar in two parts, the shares of both forms; the mark in the middle is where no form is preferred.
  function split(answer, { share, probabilities, preferred }, color) {
    const forms = [answer.question.first, answer.question.second];
    const sides = forms.map((form, side) =>
      element("span", { class: `side${preferred === form ? " preferred" : ""}`, title: `P = ${probabilities[side].toPrecision(3)}` },
        element("bdi", {}, form), ` ${percent(side ? 1 - share : share)}`));
    return element("div", { class: "split" },
      element("span", { class: "fill", style: { width: `${100 * share}%`, "background-color": color } }),
      element("span", { class: "middle" }), ...sides);
  }

  function row(answer, one, shown, contextSize, sees) {
    const { color } = shown;
    const heading = modelHeading(shown);
    if (one.error) return element("section", { class: "agreeing" }, heading, element("p", { class: "note answerless" }, one.error));
    return element("section", { class: "agreeing" }, heading, element("p", { class: "note sees" }, sees),
      split(answer, one, color), sentence(answer, contextSize, color));
  }

  function sees(contextSize) {
    if (contextSize === null) return "reads all words";
    return contextSize === 1 ? "sees the last word" : `sees the last ${contextSize} words`;
  }

  function draw(answer) {
    question = answer.question;
    fillFields();
    offer(answer);
    const rows = answer.models.map((one) => row(answer, one, shell.model(one.name), one.receptive_field, sees(one.receptive_field)));
    rows.push(row(answer, answer.grammar, shell.names.grammar, null, "makes the sentences"));
    return element("div", {}, element("div", { class: "rows" }, rows),
      element("p", { class: "note" },
        "Each bar divides the probability of the two forms between them; at the line in the middle, a model guesses. " +
        "Shaded: the words that a model sees. Bold: the subject."));
  }

  const blanks = [...fields.values()].map(({ field }) => field);
  return {
    controls: element("div", {}, element("div", { class: "blanks" }, blanks), phrases, examples),
    fill(query) {
      if (!["subject", "first", "second"].some((key) => key in query)) return; // the answer says what is asked
      question = Object.fromEntries(TEXTS.map(([key]) => [key, query[key] ?? ""]));
      fillFields();
    },
    draw,
    say: (answer) =>
      answer.models.filter(({ error }) => !error)
        .map(({ name, preferred, share }) =>
          `${shell.model(name).name}: ${preferred ?? "neither"}, ${percent(Math.max(share, 1 - share))}`)
        .join("; "),
    step(answer) {
      const between = longer(answer);
      if (between !== null) put(between);
    },
    stepName(answer) {
      const between = longer(answer);
      if (between === null) return null;
      return between === "" ? "takes the words in between away" : "puts more words in between";
    },
  };
}
