// The interactive elements of Block Kit.
import { h, menu, popup } from "./dom.js";
import { plain, textOf, withEmoji } from "./text.js";
import { act } from "./wire.js";
import { directory } from "./state.js";

export const nameOf = (block, el) => `${block.block_id}/${el.action_id}`;

// control makes one element. As an input it gets the id its label points to.
export function control(block, el, place, aria = {}) {
  const make = kinds[el.type] ?? ((b, e) => h("span.unknown", {}, `(${e.type})`));
  return make(block, el, place, aria);
}

// tell hands a value on: to the app where the element tells it, else into the form.
function tell(block, el, place, choices, label) {
  if (block.type === "input" && !block.dispatch_action) return place.put(block, el, choices);
  return place.use(block, el, choices, label);
}

// busy shows at once that a press was taken, and swallows further presses until Slack has the acknowledgement.
async function busy(el, work) {
  if (el.getAttribute("aria-busy") === "true") return;
  el.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    el.removeAttribute("aria-busy");
  }
}

function button(b, el, place) {
  const words = plain(el.text);
  const shared = {
    "aria-label": el.accessibility_label || null, "data-action": el.action_id, "data-name": nameOf(b, el),
    onclick: (e) => busy(e.currentTarget, () => place.use(b, el, [], `Presses “${words}”`)),
  };
  const style = el.style ? `.${el.style}` : "";
  if (el.url) {
    const link = h(`a.button${style}`, { ...shared, href: /^https?:/.test(el.url) ? el.url : null, target: "_blank", rel: "noopener" }, words);
    return link;
  }
  return h(`button.button${style}`, { type: "button", ...shared }, words);
}

function iconButton(b, el, place) {
  const icon = { trash: "🗑", edit: "✎", copy: "⧉", refresh: "↻" }[el.icon] ?? "•";
  return h("button.button.icon", {
    type: "button", title: plain(el.text), "aria-label": el.accessibility_label ?? plain(el.text), "data-action": el.action_id, "data-name": nameOf(b, el),
    onclick: (e) => busy(e.currentTarget, () => place.use(b, el, [], `Presses “${plain(el.text)}”`)),
  }, icon);
}

function feedback(b, el, place) {
  const one = (key, icon) => h("button.button.icon", {
    type: "button", title: plain(el[key].text), "aria-label": el[key].accessibility_label ?? plain(el[key].text), "data-action": el.action_id, "data-name": nameOf(b, el),
    onclick: (e) => busy(e.currentTarget, () => place.use(b, el, [el[key].value], `Presses “${plain(el[key].text)}”`)),
  }, icon);
  return h("span.feedback", {}, one("positive_button", "👍"), one("negative_button", "👎"));
}

function overflow(b, el, place) {
  const more = h("button.button.icon", {
    type: "button", "aria-label": "More", "aria-haspopup": "menu", "data-action": el.action_id, "data-name": nameOf(b, el),
    onclick: () => menu(more, el.options.map((o) => ({
      text: plain(o.text), description: plain(o.description),
      run: () => {
        if (/^https?:/.test(o.url ?? "")) window.open(o.url, "_blank", "noopener");
        busy(more, () => place.use(b, el, [o.value], `Picks “${plain(o.text)}”`));
      },
    }))),
  }, "⋯");
  return more;
}

// common are the attributes of every input: who it is, what describes it, and whether something is wrong with it.
const common = (b, el, { id, describedBy, wrong } = {}) => ({
  id, "aria-describedby": describedBy, "aria-invalid": wrong || null, "data-action": el.action_id, "data-name": nameOf(b, el), "data-focus": el.focus_on_load || null,
  "aria-label": id ? null : plain(el.placeholder) || null, // with an id there is a label
});

// text inputs keep what is being typed to themselves and hand it on as it grows.
function textInput(b, el, place, aria) {
  const long = el.multiline || el.type === "rich_text_input";
  const type = { email_text_input: "email", url_text_input: "url" }[el.type] ?? "text";
  const held = place.value(b, el);
  const field = h(long ? "textarea" : "input", {
    ...common(b, el, aria), type: long ? null : type, rows: long ? 5 : null, placeholder: plain(el.placeholder), autocomplete: "off",
    inputmode: el.type === "number_input" ? (el.is_decimal_allowed ? "decimal" : "numeric") : null, "aria-required": !b.optional,
    value: held?.rich_text_value ? wordsOf(held.rich_text_value) : typeof held?.value === "string" ? held.value : "",
    oninput: () => place.put(b, el, field.value, true),
    onkeydown: (e) => {
      if (e.key !== "Enter" || long || e.isComposing || e.ctrlKey || e.metaKey) return;
      e.preventDefault();
      if (b.dispatch_action) place.use(b, el, [field.value], `Types “${field.value}”`);
      else place.submit?.();
    },
  });
  return field;
}

// wordsOf is the plain text of a rich text value.
const wordsOf = (o) => (o.elements ?? []).map((part) => (part.elements ?? []).map((leaf) => leaf.text ?? "").join("")).join("\n");

// clockTime is a moment as a date and time field takes it, in this reader's time.
function clockTime(seconds) {
  if (!seconds) return "";
  const at = new Date(seconds * 1000);
  return new Date(at - at.getTimezoneOffset() * 6e4).toISOString().slice(0, 16);
}

function pickDate(kind, key) {
  const moment = kind === "datetime-local";
  return (b, el, place, aria) => h("input", {
    ...common(b, el, aria), type: kind, title: plain(el.placeholder) || null,
    value: moment ? clockTime(place.value(b, el)?.[key]) : place.value(b, el)?.[key] ?? "",
    onchange: (e) => {
      const text = e.target.value;
      tell(b, el, place, [moment && text ? String(Math.floor(new Date(text) / 1000)) : text], `Sets ${text.replace("T", " ") || "no date"}`);
    },
  });
}

// files says that none can be added: the local Slack stores no files of its visitors.
const files = (b, el, place, aria) => h("input", { ...common(b, el, aria), type: "file", disabled: true, title: "Files cannot be added in the local demo" });

function boxes(b, el, place) {
  const many = el.type === "checkboxes";
  const held = place.value(b, el);
  const on = new Set((many ? held?.selected_options ?? [] : [held?.selected_option].filter(Boolean)).map((o) => o.value));
  const group = `g${nameOf(b, el)}`;
  const box = h("div.boxes", { role: many ? "group" : "radiogroup", "data-action": el.action_id }, el.options.map((o) => h("label.box", {},
    h("input", {
      type: many ? "checkbox" : "radio", name: group, value: o.value, checked: on.has(o.value),
      onchange: () => {
        const values = [...box.querySelectorAll("input:checked")].map((i) => i.value);
        tell(b, el, place, values, `${many ? "Ticks" : "Picks"} “${plain(o.text)}”`);
      },
    }),
    h("span", {}, textOf(o.text), o.description && h("small", {}, textOf(o.description))))));
  return box;
}

// options answers what a menu offers for what was typed: fixed, of the workspace, or asked of the app.
async function options(b, el, place, query) {
  const fits = (o) => o.text.toLowerCase().includes(query.toLowerCase());
  if (el.type.endsWith("external_select")) {
    const least = el.min_query_length ?? 3;
    if (query.length < least) return { note: `Type ${least} letter${least > 1 ? "s" : ""} or more` };
    await place.flush?.();
    const answer = await act("suggest", { ...place.where, name: nameOf(b, el), text: query, label: query ? `Types “${query}” in a menu` : "Opens a menu" });
    if (answer.failure || answer.problem) return { note: answer.failure ?? answer.problem };
    return { list: (answer.options ?? []).map((o) => ({ group: o.Group, text: withEmoji(o.Text), value: o.Value, description: o.Description })) };
  }
  if (/(users|conversations|channels)_select$/.test(el.type)) return { list: directory(el.type, el.filter).filter(fits) };
  const flat = (list, group) => (list ?? []).map((o) => ({ group, text: plain(o.text), value: o.value, description: plain(o.description) }));
  const all = [...flat(el.options, ""), ...(el.option_groups ?? []).flatMap((g) => flat(g.options, plain(g.label)))];
  return { list: all.filter(fits) };
}

// chosen lists what a menu holds now, as {text, value}.
function chosen(b, el, place) {
  const held = place.value(b, el) ?? {};
  const one = held.selected_option ?? null;
  const ids = held.selected_users ?? held.selected_conversations ?? held.selected_channels ??
    [held.selected_user ?? held.selected_conversation ?? held.selected_channel].filter(Boolean);
  if (ids.length) {
    const all = directory("conversations_select").concat(directory("users_select"));
    return ids.map((id) => all.find((o) => o.value === id) ?? { text: id, value: id });
  }
  return (held.selected_options ?? [one].filter(Boolean)).map((o) => ({ text: plain(o.text), value: o.value }));
}

// select is every menu: a button that opens a list with a search field.
function select(b, el, place, aria) {
  const many = el.type.startsWith("multi_");
  let picked = chosen(b, el, place);
  const label = plain(el.placeholder) || "Choose an option";
  const words = h("span.select-words");
  const draw = () => {
    words.replaceChildren(...(picked.length === 0 ? [h("span.placeholder", {}, label)]
      : many ? picked.map((o) => h("span.chip", {}, o.text)) : [picked[0].text]));
  };
  draw();
  const closed = h("button.select", {
    ...common(b, el, aria), type: "button", "aria-label": null, "aria-haspopup": "listbox", "aria-expanded": "false",
    title: aria.id ? null : label, onclick: () => open(),
  }, words, h("span.arrow", { "aria-hidden": true }, "⌄"));
  const set = (values, o) => {
    picked = values;
    draw();
    busy(closed, async () => tell(b, el, place, many ? values.map((v) => v.value) : [values[0]?.value ?? ""], `Picks “${o}”`));
  };
  const open = () => {
    closed.setAttribute("aria-expanded", "true");
    const clear = b.optional && picked.length > 0;
    openList(closed, {
      load: (query) => options(b, el, place, query), many, picked: () => picked, label: block(b) || label,
      clear: clear ? () => set([], "nothing") : null,
      pick: (o) => {
        if (!many) return set([o], o.text);
        const rest = picked.filter((v) => v.value !== o.value);
        const max = el.max_selected_items ?? Infinity;
        if (rest.length === picked.length && picked.length >= max) return;
        set(rest.length === picked.length ? [...picked, o] : rest, o.text);
      },
      onclose: (now) => now.setAttribute("aria-expanded", "false"),
    });
  };
  return closed;
}

const block = (b) => plain(b.label);

// openList is the open menu: typing filters, arrows move, Enter picks.
function openList(anchor, { load, pick, many, picked, clear, label, onclose }) {
  const list = h("div.options", { role: "listbox", "aria-label": label, "aria-multiselectable": many || null });
  let rows = [], at = 0, asked = 0, last = "", taking = false;
  const search = h("input.search", {
    type: "text", role: "combobox", "aria-expanded": "true", "aria-label": `Search: ${label}`, autocomplete: "off", placeholder: "Search",
    oninput: () => refresh(120),
    onkeydown: (e) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
      if (step && rows.length) {
        e.preventDefault();
        mark((at + step + rows.length) % rows.length);
      } else if (e.key === "Enter" && !e.isComposing) {
        e.preventDefault();
        taking = list.classList.contains("loading"); // what was typed is looked up first
        if (!taking) rows[at]?.click();
      } else if (e.key === "Tab") close();
    },
  });
  const close = popup(anchor, h("div.list", {}, search, list), { onclose, wide: true });
  const mark = (i) => {
    rows[at]?.classList.remove("at");
    at = i;
    rows[at]?.classList.add("at");
    rows[at]?.scrollIntoView({ block: "nearest" });
  };
  const fill = ({ list: found, note }) => {
    const held = new Set(picked().map((o) => o.value));
    rows = [];
    let group = "";
    const nodes = [];
    if (clear && !search.value) nodes.push(row({ text: "Clear", clear: true }, false));
    for (const o of found ?? []) {
      if (o.group && o.group !== group) nodes.push(h("p.menu-heading", {}, o.group));
      group = o.group;
      nodes.push(row(o, held.has(o.value)));
    }
    if (note || found?.length === 0) nodes.push(h("p.note", {}, note ?? "No results"));
    list.replaceChildren(...nodes);
    mark(search.value ? 0 : Math.max(0, rows.findIndex((r) => (many ? r.dataset.value === last : r.classList.contains("on")))));
    close.place();
  };
  const row = (o, on) => {
    const el = h(`div.option${on ? ".on" : ""}`, {
      role: "option", "aria-selected": on, "data-value": o.value ?? "",
      onclick: () => {
        last = o.value;
        if (o.clear) clear();
        else pick(o);
        if (!many) close();
        else refresh(0);
        if (many) search.focus();
      },
      onpointermove: () => mark(rows.indexOf(el)),
    }, h("span", {}, o.text), o.description && h("small", {}, withEmoji(o.description)));
    rows.push(el);
    return el;
  };
  let timer;
  const refresh = (delay) => {
    clearTimeout(timer);
    const turn = ++asked;
    list.classList.add("loading");
    timer = setTimeout(async () => {
      const found = await load(search.value);
      if (turn !== asked) return;
      list.classList.remove("loading");
      fill(found);
      if (taking) rows[at]?.click();
      taking = false;
    }, delay);
  };
  list.replaceChildren(h("p.note", {}, "Loading…"));
  search.focus();
  refresh(0);
}

const kinds = {
  button, workflow_button: button, icon_button: iconButton, feedback_buttons: feedback, overflow,
  plain_text_input: textInput, number_input: textInput, email_text_input: textInput, url_text_input: textInput, rich_text_input: textInput,
  datepicker: pickDate("date", "selected_date"), timepicker: pickDate("time", "selected_time"),
  datetimepicker: pickDate("datetime-local", "selected_date_time"), file_input: files,
  checkboxes: boxes, radio_buttons: boxes,
  static_select: select, external_select: select, users_select: select, conversations_select: select, channels_select: select,
  multi_static_select: select, multi_external_select: select, multi_users_select: select, multi_conversations_select: select,
  multi_channels_select: select,
  image: (b, el) => h("span.thumb", { role: "img", "aria-label": el.alt_text, title: el.alt_text }, "🖼"),
};
