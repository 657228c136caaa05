// Shows /openapi.json to people: a section for each route, and one for each problem.
"use strict";

function element(name, text, ...children) {
  const node = document.createElement(name);
  if (text) node.textContent = text;
  node.append(...children);
  return node;
}

function resolve(document_, value) {
  if (!value || !value.$ref) return value;
  return value.$ref.slice(2).split("/").reduce((at, key) => at[key], document_);
}

function table(caption, heads, rows) {
  const head = element("tr", "", ...heads.map((text) => element("th", text)));
  const body = rows.map((row) => {
    const cells = row.map((text) => element("td", text));
    cells[0].replaceChildren(element("code", row[0]));
    return element("tr", "", ...cells);
  });
  const node = element("table", "", element("caption", caption),
    element("thead", "", head), element("tbody", "", ...body));
  const box = element("div", "", node);
  box.className = "table";
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", caption);
  return box;
}

function operation(description, path, method, item) {
  const section = element("section", "",
    element("h2", "", element("code", `${method.toUpperCase()} ${path}`)),
    element("p", item.summary));
  if (item.description) section.append(element("p", item.description));
  const parameters = (item.parameters || []).map((one) => resolve(description, one));
  if (parameters.length)
    section.append(table("Parameters", ["name", "in", "what it is"],
      parameters.map((one) => [one.name, one.in + (one.required ? ", required" : ""), one.description || ""])));
  section.append(table("Answers", ["status", "what it means"],
    Object.entries(item.responses).map(([status, answer]) => [status, resolve(description, answer).description])));
  return section;
}

async function show() {
  const main = document.getElementById("reference");
  const answer = await fetch("/openapi.json");
  const description = await answer.json();
  for (const [path, item] of Object.entries(description.paths))
    for (const method of ["get", "post", "put", "delete"])
      if (item[method]) main.append(operation(description, path, method, item[method]));
  const problems = description.components.schemas.Problem["x-problems"] || {};
  main.append(element("h2", "Problems"));
  for (const [key, text] of Object.entries(problems)) {
    const section = element("section", "", element("h3", "", element("code", key)), element("p", text));
    section.id = `problem-${key}`;
    main.append(section);
  }
}

show().catch((error) => document.getElementById("reference").append(element("p", String(error))));
