// Answer: a story is built sentence by sentence; each model answers a question, and shows what it looked at.

import { chip, element, modelHeading, setField, textField } from "../dom.js";
import { notesOf, wordsOf } from "../encoder_decoder.js";

export function mount(shell) {
  let asked = { story: "", question: "" }; // the texts of the question that is asked, also where it has no answer
  let person; // whose next sentences are offered
  const sentencesOf = ({ story: text }) => text.split("\n").filter((line) => line.trim());
  const change = (changes, how) => shell.change({ ...asked, ...changes }, how);

  const story = element("textarea", {
    rows: 4, dir: "auto", maxlength: 1000, spellcheck: "false", autocapitalize: "off",
    oninput: () => change({ story: story.value }, "typed"),
  });
  const storyField = element("label", { class: "field" }, element("span", {}, "Story, a sentence a line"), story);
  const { input: question, field: questionField } =
    textField("Question", (text) => change({ question: text }, "typed"), { maxlength: 200 });
  const people = element("div", { class: "chips", role: "group", "aria-label": "Who is in the next sentence" });
  const sentences = element("div", { class: "chips", role: "group", "aria-label": "The next sentence" });
  const builder = element("details", {}, element("summary", {}, "Add a sentence"), people, sentences);
  const actions = element("div", { class: "chips" });
  const aside = element("p", { class: "note" });
  const questions = element("div", { class: "chips", role: "group", "aria-label": "Questions that the story answers" });

  function fillFields() {
    setField(story, asked.story);
    setField(question, asked.question);
  }

  function offer(answer) {
    const lines = sentencesOf(answer);
    const { next = {}, questions: texts = [], error } = answer.world;
    const names = Object.keys(next);
    if (!names.includes(person)) person = names.find((name) => lines.at(-1).startsWith(name)) ?? names[0];
    people.replaceChildren(...names.map((name) =>
      chip(name, () => choose(answer, name), { pressed: name === person, class: "chip choice", key: `person ${name}` })));
    sentences.replaceChildren(...(next[person] ?? []).map((text) =>
      chip(text.slice(person.length + 1, -1), () => change({ story: [...sentencesOf(asked), text].join("\n") }), { key: `next ${text}` })));
    builder.hidden = !names.length;
    aside.textContent = error ?? "";
    aside.hidden = !error;
    actions.replaceChildren(
      chip("another story", () => another(answer), { disabled: answer.examples.length < 2 }),
      chip("take the last sentence away", () => change({ story: sentencesOf(asked).slice(0, -1).join("\n") }), { class: "chip plain", disabled: lines.length < 2 }),
    );
    questions.replaceChildren(...texts.map((text) =>
      chip(text, () => change({ question: text }), { pressed: text === answer.question, class: "chip choice" })));
  }

  function choose(answer, name) {
    person = name;
    offer(answer);
    people.querySelector(`[data-key="person ${name}"]`)?.focus();
  }

  function another(answer) {
    const at = answer.examples.findIndex(({ story: text, question: about }) => text === asked.story && about === asked.question);
    const next = answer.examples[(at + 1) % answer.examples.length];
    if (next) change(next);
  }

  function panel(one, supporting) {
    const { color } = shell.attention(one.name);
    const heading = modelHeading(shell.attention(one.name));
    if (one.error) return element("section", { class: "panel" }, heading, element("p", { class: "note" }, one.error));
    const section = element("section", { class: "panel translator", style: { "--of-model": color } });
    let shown;

    function render(place) {
      shown = place;
      const { token, weights } = one.output[place];
      const what = one.by === "attention" ? `where its attention lies as it writes “${token}”` : `how much “${token}” depends on each word by gradients, as it has no attention`;
      const output = one.output.map(({ token: word }, at) =>
        element("button", {
          type: "button", class: "written", dir: "auto", "aria-pressed": String(at === place), "data-key": `${one.name} ${at}`,
          onpointerenter: () => choose(at), onfocus: () => choose(at), onclick: () => choose(at),
        }, word));
      section.replaceChildren(
        heading,
        element("p", { class: "sentence output", dir: "auto" }, ...output),
        ...(one.is_reference === null ? [] : [element("p", { class: one.is_reference ? "verdict" : "verdict wrong" }, one.is_reference ? "✓ the true answer" : "✗ not the true answer")]),
        element("p", { class: "note" }, `Shaded: ${what}.`),
        ...lines(one.source, weights, one.by === "attention" ? 1 : Math.max(...weights, 1e-9), supporting),
        ...notesOf(one.notes),
      );
    }

    function choose(place) {
      if (shown === place) return;
      const hadFocus = section.contains(document.activeElement);
      render(place);
      if (hadFocus) section.querySelectorAll(".written")[place].focus({ preventScroll: true });
    }

    render(one.focus);
    return section;
  }

  // The source with a line for each sentence; those that the true answer follows from are marked.
  function lines(source, weights, full, supporting) {
    const ends = source.map((token, place) => (/^\s*[.?!]$/.test(token) ? place + 1 : 0)).filter(Boolean);
    if (ends.at(-1) !== source.length) ends.push(source.length);
    return ends.map((end, number) => {
      const start = ends[number - 1] ?? 0;
      return element("p", { class: `sentence told${supporting.includes(number + 1) ? " supporting" : ""}`, dir: "auto" },
        ...wordsOf(source.slice(start, end), weights.slice(start, end), { full }));
    });
  }

  function reference({ text, error }) {
    if (error) return element("p", { class: "note" }, error);
    return element("p", { class: "reference" }, "True answer: ", element("bdi", {}, text));
  }

  function draw(answer) {
    asked = { story: answer.story, question: answer.question };
    if (document.activeElement === story) asked.story = story.value; // as it is written there
    fillFields();
    offer(answer);
    return element("div", {}, ...notesOf(answer.notes), reference(answer.reference),
      element("div", { class: "panels wide" }, answer.models.map((one) => panel(one, answer.reference.supporting ?? []))),
      element("p", { class: "note" }, "Point at a word of an answer to see what it looks at.",
        answer.reference.supporting?.length ? " A bar marks the sentences that the true answer follows from." : null));
  }

  return {
    controls: element("div", {}, element("div", { class: "telling" }, element("div", {}, storyField, actions), element("div", {}, questionField, questions)), builder, aside),
    fill(query) {
      if (!("story" in query || "question" in query)) return; // the answer says what is asked
      asked = { story: query.story ?? "", question: query.question ?? "" };
      fillFields();
    },
    draw,
    say: (answer) =>
      answer.models.filter(({ error }) => !error)
        .map(({ name, text }) => `${shell.attention(name).name}: ${text}`).join("; "),
    step: another,
    stepName: (answer) => (answer.examples.length > 1 ? "another story" : null),
  };
}
