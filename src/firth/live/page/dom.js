// Elements and numbers. Text from outside becomes text of an element, never markup.

// An element with attributes, children, and listeners (keys that begin with "on"). `style` is an object, as the page's
// content security policy refuses style attributes; attributes with the value false, null or undefined are left out.
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, of] of Object.entries(value)) made.style.setProperty(key, of);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

// An element of a drawing.
export function drawn(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// A probability for people.
export function percent(share) {
  const value = 100 * share;
  if (value >= 99.95 && share < 1) return "> 99.9 %";
  if (value > 99 && share < 1) return `${value.toFixed(1)} %`;  // beside it stands the rest, with a digit after the point
  if (value >= 10 || value === 0) return `${value.toFixed(0)} %`;
  return value < 0.1 ? "< 0.1 %" : `${value.toFixed(1)} %`;
}

// The heading of what one model says: its color and its name.
export function modelHeading({ name, color }) {
  return element("h2", {}, element("span", { class: "swatch", style: { "background-color": color } }), name);
}

// A labeled text field. `changed` gets the text at every change.
export function textField(label, changed, attributes = {}) {
  const input = element("input", {
    type: "text", dir: "auto", maxlength: 500, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    oninput: () => changed(input.value), ...attributes,
  });
  return { input, field: element("label", { class: "field" }, element("span", {}, label), input) };
}

// Set the text of a field, but not while somebody writes there.
export function setField(input, text) {
  if (document.activeElement !== input && input.value !== text) input.value = text;
}

// A button that is on or off, or neither if `pressed` is undefined. `key` finds it again when the screen is redrawn.
export function chip(label, clicked, { pressed, key, ...attributes } = {}) {
  return element(
    "button",
    { type: "button", class: "chip", dir: "auto", onclick: clicked, "aria-pressed": pressed === undefined ? null : String(pressed), "data-key": key ?? `chip ${label}`, ...attributes },
    label,
  );
}
