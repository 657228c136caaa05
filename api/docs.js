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

// What a member of a body may be, in a few words.
function shape(description, schema) {
  const own = resolve(description, schema) || {};
  const one = own.allOf ? { ...resolve(description, own.allOf[0]), ...own } : own;
  const choices = one.enum ? one.enum.join(", ") : one.type || "";
  const limits = [["maxLength", "characters"], ["maxItems", "entries"], ["maximum", ""]]
    .filter(([name]) => one[name] !== undefined).map(([name, unit]) => `at most ${one[name]} ${unit}`.trim());
  return [choices, one.format, ...limits].filter(Boolean).join("; ") + (one.description ? `. ${one.description}` : "");
}

function members(description, item) {
  const content = ((item.requestBody || {}).content || {})["application/json"];
  const schema = content && resolve(description, content.schema);
  if (!schema || !schema.properties || !Object.keys(schema.properties).length) return [];
  const required = schema.required || [];
  return [table("Body", ["member", "needed", "what it is"], Object.entries(schema.properties)
    .map(([name, one]) => [name, required.includes(name) ? "yes" : "", shape(description, one)]))];
}

function right(item) {
  if (!item["x-right"]) return [];
  const actions = item["x-right"];
  return [element("p", actions.length ? `Right: ${actions.join(" or ")}.` : "Right: to be signed in.")];
}

function operation(description, path, method, item) {
  const section = element("section", "",
    element("h2", "", element("code", `${method.toUpperCase()} ${path}`)),
    element("p", item.summary));
  section.id = item.operationId;
  if (item.description) section.append(element("p", item.description));
  section.append(...right(item));
  const parameters = (item.parameters || []).map((one) => resolve(description, one));
  if (parameters.length)
    section.append(table("Parameters", ["name", "in", "what it is"],
      parameters.map((one) => [one.name, one.in + (one.required ? ", required" : ""), one.description || ""])));
  section.append(...members(description, item));
  section.append(table("Answers", ["status", "what it means"],
    Object.entries(item.responses).map(([status, answer]) => [status, resolve(description, answer).description])));
  return section;
}

// Where to find each route, by what it is for.
function contents(description, operations) {
  const nav = element("nav", "");
  nav.setAttribute("aria-label", "Routes");
  for (const tag of description.tags) {
    const links = operations.filter(({ item }) => item.tags.includes(tag.name)).map(({ path, method, item }) => {
      const link = element("a", "", element("code", `${method.toUpperCase()} ${path}`));
      link.href = `#${item.operationId}`;
      return element("li", "", link);
    });
    if (links.length) nav.append(element("h2", tag.name), element("p", tag.description), element("ul", "", ...links));
  }
  return nav;
}

async function show() {
  const main = document.getElementById("reference");
  const answer = await fetch("/openapi.json");
  const description = await answer.json();
  const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, item]) => ({ path, method, item })));
  main.append(...description.info.description.split("\n\n").map((text) => element("p", text)),
    contents(description, operations),
    ...operations.map(({ path, method, item }) => operation(description, path, method, item)));
  const problems = description.components.schemas.Problem["x-problems"] || {};
  main.append(element("h2", "Problems"));
  for (const [key, text] of Object.entries(problems)) {
    const section = element("section", "", element("h3", "", element("code", key)), element("p", text));
    section.id = `problem-${key}`;
    main.append(section);
  }
}

show().catch((error) => document.getElementById("reference").append(element("p", String(error))));
