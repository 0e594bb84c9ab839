// Clipping: a slider over learning rates; the loss of both trainings runs, and the norm of their gradients.

import { drawn, element } from "../dom.js";

const NAMES = { clipped: "with clipping", unclipped: "without clipping" };
const KINDS = { clipped: "first", unclipped: "second" };
const LOSSES = [0.01, 0.1, 0.3, 1, 3, 10, 30, 100]; // nats; at 100 a training has diverged
const NORMS = [0.0001, 0.001, 0.01, 0.1, 1, 10, 100];

export function mount(shell) {
  let rates = [];
  const slider = element("input", {
    type: "range", min: 0, max: 0, step: 1, value: 0, id: "rate", "data-key": "rate",
    oninput: () => shell.change({ rate: rates[Number(slider.value)] }, "typed"),
  });
  const shown = element("output", { for: "rate", class: "rate" });
  const controls = element("div", { class: "sliding" }, element("label", { for: "rate" }, "Learning rate"), slider, shown);

  // One chart in pixels of the window, so that its letters have the page's size; the vertical axis is logarithmic.
  function chart(title, key, marks, answer) {
    const least = key === "norms" && answer.limit ? Math.min(answer.limit, answer.least[key]) : answer.least[key];
    const ticks = marks.slice(Math.max(0, marks.findLastIndex((mark) => mark <= least)));
    const figure = drawn("svg", { class: "chart", role: "img", "aria-label": `${title} by step` });
    const redraw = () => {
      if (!figure.isConnected) return; // taken from the page
      const width = figure.clientWidth || 300, height = figure.clientHeight || 200;
      const letter = parseFloat(getComputedStyle(figure).fontSize);
      const [left, right, top, bottom] = [2.6 * letter, width - 0.8 * letter, 0.8 * letter, height - 1.9 * letter];
      const [low, high] = [Math.log(ticks[0]) - 0.2, Math.log(ticks.at(-1))];
      const x = (step) => left + ((right - left) * step) / answer.steps;
      const y = (value) => bottom - ((bottom - top) * (Math.min(Math.max(Math.log(value), low), high) - low)) / (high - low);
      const grid = ticks.flatMap((tick) => [
        drawn("line", { x1: left, x2: right, y1: y(tick), y2: y(tick), class: "grid" }),
        drawn("text", { x: left - 0.4 * letter, y: y(tick) + 0.35 * letter, class: "tick" }, String(tick)),
      ]);
      const steps = [0, answer.steps].map((step) => drawn("text", { x: x(step), y: bottom + 1.4 * letter, class: step ? "tick" : "tick start" }, step ? `step ${step}` : "0"));
      const limit = key === "norms" && answer.limit
        ? [drawn("line", { x1: left, x2: right, y1: y(answer.limit), y2: y(answer.limit), class: "limit" })] : [];
      const runs = answer.trainings.filter(({ error }) => !error).flatMap((training) => run(training, key, x, y, ticks.at(-1)));
      figure.replaceChildren(...grid, ...steps, ...limit, drawn("g", { class: "run" }, ...runs));
    };
    new ResizeObserver(redraw).observe(figure);
    return element("section", {}, element("h2", {}, title), figure);
  }

  function run({ clipping, steps, diverged_at: diverged, ...values }, key, x, y, top) {
    const points = steps.map((step, row) => [x(step), y(values[key][row])]);
    const marks = [];
    if (points.length > 1) marks.push(drawn("path", { d: `M ${points.map((point) => point.join(" ")).join(" L ")}`, class: `curve ${KINDS[clipping]}` }));
    else marks.push(...points.map(([px, py]) => drawn("circle", { cx: px, cy: py, r: 4, class: `spot ${KINDS[clipping]}` })));
    if (diverged !== null) {
      const [px, py] = [x(diverged), y(top)];
      if (points.length) marks.push(drawn("line", { x1: points.at(-1)[0], y1: points.at(-1)[1], x2: px, y2: py, class: `curve ${KINDS[clipping]}` }));
      marks.push(drawn("path", { d: `M ${px - 6} ${py - 6} l 12 12 m 0 -12 l -12 12`, class: `curve ${KINDS[clipping]}` }));
    }
    return marks;
  }

  function outcome({ clipping, diverged_at: diverged, perplexity, error }) {
    if (error) return error;
    if (diverged !== null) return `explodes at step ${diverged}`;
    return perplexity === null ? "explodes" : `ends with a validation perplexity of ${perplexity.toLocaleString("en-US", { maximumFractionDigits: 1 })}`;
  }

  function draw(answer) {
    rates = answer.rates;
    slider.max = String(rates.length - 1);
    slider.value = String(rates.indexOf(answer.rate));
    slider.setAttribute("aria-valuetext", answer.rate);
    shown.textContent = answer.rate;
    const outcomes = answer.trainings.map((training) =>
      element("p", { class: "outcome" }, element("strong", { class: KINDS[training.clipping] }, NAMES[training.clipping]), ` ${outcome(training)}`));
    const limit = answer.limit ? ` to a norm of ${answer.limit}, the dashed line` : "";
    return element("div", {}, element("div", { class: "outcomes" }, outcomes),
      element("div", { class: "charts" },
        chart("Training loss (nats a token)", "losses", LOSSES, answer),
        chart("Gradient norm, before clipping", "norms", NORMS, answer)),
      element("p", { class: "note" },
        "One Elman network, trained by stochastic gradient descent from the same random weights at every learning rate: " +
        `gradients are clipped${limit}, or not. Recorded by the study “clipping”; both vertical axes are logarithmic, ` +
        "and a cross marks a training that explodes."));
  }

  const next = ({ rates: all, rate }) => all[(all.indexOf(rate) + 1) % all.length];

  return {
    controls,
    fill() {}, // the answer says which learning rates there are
    draw,
    say: ({ rate, trainings }) => `Learning rate ${rate}: ${trainings.map((training) => `${NAMES[training.clipping]} it ${outcome(training)}`).join("; ")}`,
    step: (answer) => shell.change({ rate: next(answer) }),
    stepName: (answer) => (answer.rates.length > 1 ? `learning rate ${next(answer)}` : null),
  };
}
