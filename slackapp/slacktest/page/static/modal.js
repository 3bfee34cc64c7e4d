// Modals, confirm dialogs and the app's Home: surfaces with state that the person fills in.
import { $, h, sync } from "./dom.js";
import { failed } from "./app.js";
import { renderBlock } from "./blocks.js";
import { nameOf } from "./controls.js";
import { now } from "./state.js";
import { act } from "./wire.js";

// forms holds what was typed and not yet handed on, by view: values the server does not have yet.
const forms = new Map();

function formOf(id) {
  if (!forms.has(id)) forms.set(id, { pending: {}, timer: 0, sending: Promise.resolve() });
  return forms.get(id);
}

// flush hands on what was typed. Everything that sends the form's state waits for it.
function flush(id) {
  const form = formOf(id);
  clearTimeout(form.timer);
  const values = form.pending;
  form.pending = {};
  if (Object.keys(values).length) form.sending = form.sending.then(() => act("fill", { view: id, values }));
  return form.sending;
}

const find = (id) => now.state.views?.find((v) => v.id === id);

function placeOf(id, view) {
  const where = { view: id };
  return {
    where,
    flush: () => flush(id),
    value: (b, el) => view().state[b.block_id]?.[el.action_id],
    error: (b) => view().errors?.[b.block_id],
    put(b, el, value, typing) {
      const form = formOf(id);
      form.pending[nameOf(b, el)] = value;
      clearTimeout(form.timer);
      if (!typing) return flush(id);
      form.timer = setTimeout(() => flush(id), 400);
    },
    async use(b, el, choices, label) {
      delete formOf(id).pending[nameOf(b, el)];
      await flush(id);
      const answer = await act("click", { ...where, name: nameOf(b, el), choices, label: `${label} in ${view().title ? `“${view().title}”` : "Home"}` });
      failed(answer);
    },
    submit: () => submit(id),
  };
}

export const homePlace = (v) => placeOf(v.id, () => now.state.home ?? v);

const submitting = new Set();

async function submit(id) {
  if (submitting.has(id)) return;
  submitting.add(id);
  const dialog = $("layer").querySelector(`[data-view="${id}"]`);
  dialog?.classList.add("sending");
  await flush(id);
  const answer = await act("submit", { view: id, label: `Presses “${find(id)?.submit}” in “${find(id)?.title}”` });
  submitting.delete(id);
  dialog?.classList.remove("sending");
  if (answer.problem) failed(answer);
  if (answer.refused) requestAnimationFrame(() => dialog?.querySelector(".wrong input, .wrong textarea, .wrong button")?.focus());
}

async function close(id) {
  await act("close", { view: id, label: `Closes “${find(id)?.title}”` });
}

let returnTo = null;

// drawModals shows the topmost modal, and above it the confirm dialog, if any. Modals beneath stay as they were left.
export function drawModals() {
  const views = now.state.views ?? [], top = views.at(-1);
  const layer = $("layer");
  for (const d of layer.querySelectorAll("dialog.modal")) {
    if (d.dataset.view === top?.id) continue;
    if (d.open) {
      d.left = d.contains(document.activeElement) ? document.activeElement : null;
      d.close();
    }
    if (!views.some((v) => v.id === d.dataset.view)) d.remove(); // else it lies beneath another and is shown again
  }
  if (top) {
    const shown = layer.querySelector(`dialog.modal[data-view="${top.id}"]`) ?? build(top);
    if (!shown.open) {
      shown.showModal();
      shown.left?.focus();
    }
    drawModal(shown, top);
  } else if (returnTo) {
    const to = returnTo.isConnected ? returnTo : document.querySelector("#main textarea");
    returnTo = null;
    to?.blur(); // the dialog gave it the focus back while it was inert, and left it without a cursor
    requestAnimationFrame(() => to?.focus());
  }
  drawDialog();
}

function build(v) {
  returnTo ??= document.activeElement;
  const dialog = h("dialog.modal", { "data-view": v.id, "aria-labelledby": `t${v.id}`, oncancel: (e) => { e.preventDefault(); close(v.id); },
    onkeydown: (e) => {
      if (e.key !== "Enter" || !(e.ctrlKey || e.metaKey) || !find(v.id)?.submit) return;
      e.preventDefault();
      submit(v.id);
    } },
    h("header", {}, h("span.app-icon", { "aria-hidden": true }, "L"), h("h2", { id: `t${v.id}` }), h("button.tool.close", { type: "button", "aria-label": "Close", onclick: () => close(v.id) }, "✕")),
    h("p.failure", { role: "alert", hidden: true }),
    h("div.modal-body"),
    h("footer"));
  $("layer").append(dialog);
  dialog.fresh = true;
  return dialog;
}

function drawModal(dialog, v) {
  dialog.querySelector("h2").textContent = v.title;
  const failure = dialog.querySelector(".failure");
  failure.hidden = !v.failure;
  failure.textContent = v.failure;
  const body = dialog.querySelector(".modal-body");
  const place = placeOf(v.id, () => find(v.id) ?? v);
  sync(body, v.blocks.map((b) => ({
    key: b.block_id, content: [b, v.errors?.[b.block_id] ?? "", held(v, b)],
    make: () => renderBlock(b, place),
  })));
  sync(dialog.querySelector("footer"), v.submit || v.close ? [{
    key: "foot", content: [v.submit, v.close], make: () => h("div", {},
      h("button.button", { type: "button", onclick: () => close(v.id) }, v.close || "Cancel"),
      v.submit && h("button.button.primary.submit", { type: "button", onclick: () => submit(v.id) }, v.submit)),
  }] : []);
  if (dialog.fresh && v.blocks.length) {
    dialog.fresh = false;
    (body.querySelector("[data-focus]") ?? body.querySelector("input, textarea, button.select") ?? dialog.querySelector("footer .primary, .close")).focus();
  }
}

// held is the part of a block's state that redraws it: what is typed into a text field must not.
function held(v, b) {
  const el = b.element ?? b.accessory;
  if (!el || el.type?.endsWith("_input")) return null;
  return v.state[b.block_id]?.[el.action_id] ?? null;
}

function drawDialog() {
  const d = now.state.dialog;
  const layer = $("layer");
  let shown = layer.querySelector("dialog.confirm");
  if (shown && (!d || shown.print !== JSON.stringify(d))) {
    shown.close();
    shown.remove();
    shown = null;
  }
  if (!d || shown) return;
  const dismiss = () => act("dismiss", { label: `Presses “${d.Deny}”` });
  const agree = h(`button.button.${d.Danger ? "danger" : "primary"}`, {
    type: "button", onclick: async () => {
      agree.setAttribute("aria-busy", "true");
      failed(await act("confirm", { label: `Presses “${d.Confirm}”` }));
    },
  }, d.Confirm);
  shown = h("dialog.confirm", { "aria-label": d.Title, oncancel: (e) => { e.preventDefault(); dismiss(); } },
    h("header", {}, h("h2", {}, d.Title)), h("p.modal-body", {}, d.Text),
    h("footer", {}, h("div", {}, h("button.button", { type: "button", onclick: dismiss }, d.Deny), agree)));
  shown.print = JSON.stringify(d);
  layer.append(shown);
  shown.showModal();
  agree.focus();
}
