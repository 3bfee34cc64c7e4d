// Block Kit: layout blocks and the elements in them.
import { h } from "./dom.js";
import { anchor, markdown, mrkdwn, plain, richText, textOf, withEmoji } from "./text.js";
import { control } from "./controls.js";

// A place is where blocks stand: {channel, ts} or {view}, plus
//   use(block, el, choices, label)   the person uses an element that tells the app
//   put(block, el, value)            the person fills in an input that does not
//   value(block, el)                 what an element holds now
//   error(block)                     the message under an input

// renderBlock makes the element of one block.
export function renderBlock(block, place) {
  const el = (layouts[block.type] ?? unknown)(block, place);
  el.classList.add("block");
  return el;
}

const unknown = (block) => h("div.unknown", {}, `This block (${block.type}) is not drawn here.`);

const layouts = {
  header: (b) => h("h3.header", {}, plain(b.text)),
  divider: () => h("hr.divider"),
  section: (b, place) => h("div.section", {},
    h("div.section-text", {}, b.text && h("div", {}, textOf(b.text)),
      b.fields && h("div.fields", {}, b.fields.map((f) => h("div.field", {}, textOf(f))))),
    b.accessory && h("div.accessory", {}, control(b, b.accessory, place))),
  context: (b) => h("div.context", {}, b.elements.map((e) => (e.type === "image" ? image(e, "context-image") : h("span", {}, textOf(e))))),
  actions: (b, place) => h("div.actions", {}, b.elements.map((e) => control(b, e, place))),
  context_actions: (b, place) => h("div.actions.context-actions", {}, b.elements.map((e) => control(b, e, place))),
  image: (b) => h("figure.image-block", {}, b.title && h("figcaption", {}, plain(b.title)), image(b, "image-large")),
  markdown: (b) => markdown(b.text),
  rich_text: richText,
  input: (b, place) => input(b, place),
  task_card: (b) => task(b),
  plan: (b) => h("div.plan", {}, h("strong", {}, typeof b.title === "string" ? b.title : plain(b.title)), (b.tasks ?? []).map(task)),
  table: (b) => h("div.table-box", { tabindex: "0", role: "region", "aria-label": "Table" }, h("table", {}, (b.rows ?? []).map((row, i) => h("tr", {}, row.map((cell) => h(i === 0 ? "th" : "td", {}, cellOf(cell))))))),
  video: (b) => h("figure.image-block", {}, h("figcaption", {}, b.title_url ? anchor(b.title_url, plain(b.title)) : plain(b.title)),
    h("span.image-large", { role: "img", "aria-label": b.alt_text, title: b.alt_text }, `▶ ${b.alt_text}`), b.description && h("small", {}, plain(b.description))),
  file: (b) => h("span.file", {}, `📎 ${b.external_id}`),
  alert: (b) => h("div.alert", { role: "note" }, b.text && textOf(b.text)),
};

// image shows the words of a picture: the page loads nothing from elsewhere.
function image(e, kind) {
  return h(`span.${kind}`, { role: "img", "aria-label": e.alt_text, title: e.alt_text }, kind === "context-image" ? "▪" : `🖼 ${e.alt_text}`);
}

const cellOf = (cell) => (cell.type === "rich_text" ? richText(cell) : withEmoji(cell.text ?? ""));

let serial = 0;

function input(b, place) {
  const error = place.error?.(b);
  const id = `in${++serial}`;
  const field = control(b, b.element, place, { id, describedBy: `${id}h`, wrong: Boolean(error) });
  const group = ["checkboxes", "radio_buttons"].includes(b.element.type);
  return h(`${group ? "fieldset" : "div"}.input${error ? ".wrong" : ""}`, {},
    h(group ? "legend" : "label", group ? {} : { for: id }, plain(b.label), b.optional && h("span.optional", {}, " (optional)")),
    field,
    h("div.below", { id: `${id}h` },
      error && h("p.error", { role: "alert" }, error),
      b.hint && h("p.hint", {}, plain(b.hint))));
}

const marks = { pending: "○", in_progress: "◐", complete: "✓", error: "✕" };

// task is one step of the app's plan.
export function task(t) {
  const title = typeof t.title === "string" ? t.title : plain(t.title);
  const details = (x) => (x === undefined ? null : typeof x === "string" ? markdown(x) : richText(x));
  return h(`div.task.${t.status ?? "pending"}`, {}, h("span.mark", { "aria-label": (t.status ?? "pending").replace("_", " ") }, marks[t.status] ?? "○"),
    h("div", {}, title, details(t.details), details(t.output),
      t.sources && h("div.sources", {}, t.sources.map((s) => anchor(s.url, s.text ?? s.url)))));
}

// attachment is an unfurl, a task of a stream, or an attachment of the old kind; head stands above it.
export function attachment(a, place, head) {
  if (a.type === "task_update") return task(a);
  if (a.type === "plan_update") return h("div.plan", {}, h("strong", {}, a.title));
  return h("div.attachment", { style: a.color ? `border-color:${/^#?[0-9a-f]{6}$/i.test(a.color) ? "#" + a.color.replace("#", "") : "gray"}` : null },
    head, a.pretext && h("div", {}, mrkdwn(a.pretext)),
    a.title && h("div", {}, h("strong", {}, a.title_link ? anchor(a.title_link, a.title) : mrkdwn(a.title))),
    a.text && h("div", {}, mrkdwn(a.text)),
    (a.fields ?? []).map((f) => h("div.field", {}, h("strong", {}, f.title), " ", mrkdwn(f.value))),
    (a.blocks ?? []).map((b) => renderBlock(b, place)),
    a.footer && h("div.context", {}, mrkdwn(a.footer)));
}
