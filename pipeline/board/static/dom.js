// Elements of the page. Text gets in by textContent alone, so that nothing in a CDR can be markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes and children, which are elements or texts; null children are left out. */
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** The same for a part of a drawing. */
export function drawn(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null) made.setAttribute(key, String(value));
  }
  made.append(...children.filter((child) => child !== null).map((child) => (child instanceof Node ? child : String(child))));
  return made;
}

/** Sets a text only where it differs: what did not change is not read out again. */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/**
 * A table with a caption for screen readers. Columns: {text, number}; a row is a list of cells: texts or elements,
 * the first of which heads it.
 */
export function table(caption, columns, rows) {
  const align = (column) => (column.number ? "number" : null);
  const head = columns.map((column) => element("th", { scope: "col", class: align(column) }, column.text));
  const body = rows.map((cells) =>
    element("tr", {}, ...cells.map((cell, at) => {
      const heads = at === 0;
      return element(heads ? "th" : "td", { scope: heads ? "row" : null, class: align(columns[at]) }, cell);
    })),
  );
  return element("table", {},
    element("caption", { class: "hidden" }, caption),
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...body));
}
