// The shell of the page: screens, address, keys, presentation, errors, unknown words.
//
// A screen is a module screens/NAME.js with `mount(shell)`, which returns an object with
//   controls            an element: the question
//   fill(query)         sets the controls to a question (an object of texts)
//   draw(answer, query) returns the element of an answer; the shell shows it
//   say(answer)         the answer in a sentence, for screen readers
//   step(answer, query) the next step, at Space; `stepName(answer, query)` says what it does (null: there is none)
// It gets `shell.change(changes, how)`, which changes texts of the question (null takes one away) and asks it: `how` is
// "typed" (while somebody writes: a short wait, and one step Back) or "chosen" (at once, and a step Back of its own);
// `shell.model(name)`, `shell.attention(name)` and `shell.names`, the names and colors of models.
// The question is in the address: #NAME?KEY=TEXT…

import { element } from "./dom.js";

const WAIT = 80; // milliseconds without a key before a typed question is asked
const PATIENCE = 400; // milliseconds before the page says that models are being loaded
const OTHER = "#808080"; // color of a model that the report does not name
const LONGEST = 6000; // characters of a question in the address

const at = (id) => document.getElementById(id);
const mounted = new Map(); // name of a screen → what its mount returned
const questions = new Map(); // name of a screen → its last question, to come back to
let names; // shell.json
let current = { name: null, query: {}, answer: null }; // a new object for each question
let asking = new AbortController();
let timer, typing = false;

function address(name, query) {
  const texts = new URLSearchParams(query).toString();
  return `#${name}${texts ? `?${texts}` : ""}`;
}

function asked() {
  const [name, texts = ""] = location.hash.slice(1).split(/\?(.*)/s);
  const known = names.screens.some((screen) => screen.name === name);
  return { name: known ? name : names.screens[0].name, query: Object.fromEntries(new URLSearchParams(texts)) };
}

const shell = {
  get names() { return names; },
  model(name) {
    return names.models[name] ?? { name, color: OTHER };
  },
  attention(name) {
    return names.attentions[name] ?? { name, color: OTHER };
  },
  change(changes, how = "chosen") {
    const query = { ...current.query, ...changes };
    for (const [key, value] of Object.entries(query)) if (value === null || value === undefined) delete query[key];
    const replaces = how === "typed" && typing;
    history[replaces ? "replaceState" : "pushState"](null, "", address(current.name, query));
    typing = how === "typed";
    show(how === "typed" ? WAIT : 0);
  },
};

function screenAt(offset) {
  const { screens } = names;
  return screens[screens.findIndex((screen) => screen.name === current.name) + offset];
}

function go(name) {
  if (!name) return;
  history.pushState(null, "", address(name, questions.get(name) ?? {}));
  typing = false;
  show(0);
}

async function show(wait) {
  clearTimeout(timer);
  asking.abort(); // an answer that comes late is not drawn
  const { name, query } = asked();
  const screen = names.screens.find((one) => one.name === name);
  const isNew = current.name !== name;
  const mine = (current = { name, query, answer: isNew ? null : current.answer });
  questions.set(name, query);
  if (isNew) {
    document.title = `${screen.title} – Firth, live`;
    at("title").textContent = screen.title;
    at("look").textContent = screen.look;
    at("answer").replaceChildren();
    at("controls").replaceChildren();
    for (const link of document.querySelectorAll("#screens a")) {
      if (link.dataset.name === name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    turn("before", screenAt(-1));
    turn("after", screenAt(1));
  }
  tell("");
  try {
    if (!mounted.has(name)) mounted.set(name, (await import(`./screens/${name}.js`)).mount(shell));
  } catch (error) {
    console.error(error);
    return current === mine && tell("This screen can't be shown; the browser's console says why.");
  }
  if (current !== mine) return;
  const { controls, fill } = mounted.get(name);
  if (at("controls").firstChild !== controls) at("controls").replaceChildren(controls);
  fill(query);
  timer = setTimeout(ask, wait);
}

async function ask() {
  const { name, query } = current;
  const mine = (asking = new AbortController());
  const waiting = setTimeout(() => { at("waiting").hidden = false; }, PATIENCE);
  try {
    const answer = await fetched(name, query, mine.signal);
    if (mine.signal.aborted) return;
    if (answer.error) return tell(answer.error);
    current.answer = answer;
    draw(mounted.get(name), answer, query);
  } catch (error) {
    if (mine.signal.aborted) return;
    console.error(error);
    tell("This answer can't be shown; the browser's console says why.");
  } finally {
    clearTimeout(waiting);
    if (asking === mine) at("waiting").hidden = true;
  }
}

async function fetched(name, query, signal) {
  const texts = new URLSearchParams(query).toString();
  if (texts.length > LONGEST) return { error: "The question is too long; shorten it." };
  let response;
  try {
    response = await fetch(`ask/${name}?${texts}`, { signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return { error: "The page's server has ended; start it again with `firth live`." };
  }
  try {
    return await response.json();
  } catch {
    return { error: `The question was refused (${response.status} ${response.statusText}).` };
  }
}

function draw(screen, answer, query) {
  const focused = document.activeElement?.dataset?.key;
  const drawn = screen.draw(answer, query);
  at("answer").replaceChildren(drawn);
  if (focused && document.activeElement === document.body) {
    document.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
  at("spoken").textContent = screen.say?.(answer, query) ?? "";
  tellUnknown(answer.unknown ?? []);
  tellKeys();
}

function tellUnknown(unknown) {
  const others = unknown.filter(({ advice }) => !advice).flatMap(({ word }) => [", ", element("bdi", {}, word)]);
  at("unknown").hidden = !unknown.length;
  at("unknown").replaceChildren(
    ...unknown.filter(({ advice }) => advice).map(({ word, advice }) =>
      element("span", {}, element("bdi", {}, word), ` is not in the vocabulary, so it is read as <unk>${advice}. `)),
    ...(others.length ? ["Also not in the vocabulary: ", ...others.slice(1), "."] : []),
  );
}

// An error where the answer would stand; "" takes it away.
function tell(error) {
  at("error").textContent = error;
  at("error").hidden = !error;
  if (!error) return;
  at("answer").replaceChildren();
  at("unknown").hidden = true;
  at("spoken").textContent = "";
  current.answer = null;
}

function tellKeys() {
  const screen = mounted.get(current.name);
  const step = current.answer && screen?.stepName?.(current.answer, current.query);
  const keys = [["Space", step], ["← →", "other screens"], ["p", "presentation"]].filter(([, does]) => does);
  at("keys").replaceChildren(
    ...keys.map(([key, does]) => element("span", {}, element("kbd", {}, key), ` ${does}`)),
  );
}

function turn(id, screen) {
  const link = at(id);
  link.classList.toggle("nowhere", !screen);
  if (screen) link.setAttribute("href", `#${screen.name}`);
  else link.removeAttribute("href");
  link.dataset.name = screen?.name ?? "";
}

function present(on) {
  document.documentElement.toggleAttribute("data-present", on);
  at("present").setAttribute("aria-pressed", String(on));
  const search = new URLSearchParams(location.search);
  if (search.has("present") === on) return;
  history.replaceState(null, "", `${location.pathname}${on ? "?present" : ""}${location.hash}`);
}

const isPresenting = () => document.documentElement.hasAttribute("data-present");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || !names) return;
  const on = event.target;
  if (on.matches("input, textarea, select")) {
    if (event.key === "Escape" || (event.key === "Enter" && on.matches("input[type=text]"))) on.blur();
    return;
  }
  if (event.key === "ArrowRight") go(screenAt(1)?.name);
  else if (event.key === "ArrowLeft") go(screenAt(-1)?.name);
  else if (event.key === "p") present(!isPresenting());
  else if (event.key === " " && !on.matches("button, a, summary")) step();
  else return;
  event.preventDefault();
});

function step() {
  const screen = mounted.get(current.name);
  if (current.answer) screen?.step?.(current.answer, current.query);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("#screens a, .turn[href]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    go(link.dataset.name);
  }
  // After a click of the mouse Space is the next step; after a key it is the button's, as usual.
  if (event.detail > 0) event.target.closest("button, a")?.blur();
});

async function start() {
  try {
    names = await (await fetch("shell.json")).json();
  } catch {
    return tell("The page's server has ended; start it again with `firth live`.");
  }
  at("screens").replaceChildren(
    ...names.screens.map(({ name, title }) =>
      element("li", {}, element("a", { href: `#${name}`, "data-name": name }, title))),
  );
  at("present").addEventListener("click", () => present(!isPresenting()));
  at("skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.querySelector("main").focus();
  });
  present(new URLSearchParams(location.search).has("present"));
  addEventListener("hashchange", () => { typing = false; show(0); });
  tellKeys();
  show(0);
}

start();
