// One message: who, when, what, and what can be done with it.
import { h, menu, popup, sync } from "./dom.js";
import { attachment, renderBlock } from "./blocks.js";
import { nameOf } from "./controls.js";
import { clock, dayOf, emojiOf, markdown, mrkdwn, timeOf } from "./text.js";
import { appID, byID, current, now } from "./state.js";
import { act } from "./wire.js";
import { failed, openThread, refresh } from "./app.js";

export function avatar(id, size = "") {
  const p = byID(id);
  const initials = p.realName.split(/\s+/).map((w) => w[0]).slice(0, 2).join("");
  return h(`span.avatar${size}${p.bot ? ".bot" : ""}`, { "aria-hidden": true, "data-hue": [...id].reduce((n, c) => n + c.charCodeAt(0), 0) % 6 },
    p.app ? "L" : initials);
}

// placeOf is a message, or the card below one of its links, as a place where blocks stand.
function placeOf(m, link) {
  const where = { channel: now.in, ts: m.ts, link };
  return {
    where,
    value: (b, el) => initial(el),
    put: (b, el, v) => act("click", { ...where, name: nameOf(b, el), choices: [].concat(v) }),
    use: async (b, el, choices, label) => failed(await act("click", { ...where, name: nameOf(b, el), choices, label: `${label} in ${spot()}` })),
  };
}

const spot = () => (current()?.kind === "channel" || current()?.kind === "group" ? "#" + current().name : "a direct message");

export const initial = (el) => ({
  value: el.initial_value, selected_option: el.initial_option, selected_options: el.initial_options, selected_date: el.initial_date,
  selected_time: el.initial_time, selected_user: el.initial_user, selected_users: el.initial_users,
  selected_conversation: el.initial_conversation, selected_conversations: el.initial_conversations,
  selected_channel: el.initial_channel, selected_channels: el.initial_channels,
});

function body(m) {
  const place = placeOf(m);
  const out = [];
  const appBlocks = m.blocks && (m.app || m.blocks[0].type !== "rich_text");
  if (m.streaming || m.halted || (m.app && !m.blocks && m.attachments?.some((a) => a.type?.endsWith("_update")))) {
    out.push(...(m.attachments ?? []).map((a) => attachment(a, place)));
    if (m.text) out.push(markdown(m.text));
    if (m.blocks) out.push(...m.blocks.map((b) => renderBlock(b, place)));
    if (m.streaming) out.push(h("span.caret", { "aria-label": "still writing" }));
    if (m.halted) out.push(h("p.note", {}, "Stopped"));
    return out;
  }
  if (appBlocks) {
    if (m.streamed && m.text) out.push(markdown(m.text));
    out.push(...m.blocks.map((b) => renderBlock(b, place)));
  } else if (m.text) out.push(h("div.words", {}, m.streamed ? markdown(m.text) : mrkdwn(m.text)));
  out.push(...(m.attachments ?? []).map((a) => attachment(a, place)));
  for (const [url, card] of Object.entries(m.unfurls ?? {})) {
    out.push(h("div.unfurl", { "data-url": url }, attachment(card, placeOf(m, url), h("p.from", {}, avatar(appID(), ".tiny"), h("b", {}, "Linear")))));
  }
  return out;
}

function size(n) {
  return n >= 1e6 ? `${(n / 1e6).toFixed(1)} MB` : n >= 1e3 ? `${Math.round(n / 1e3)} kB` : `${n} B`;
}

// messageItem is a message for sync; follows hides the name under the same author's last words.
export function messageItem(m, { follows, inThread }) {
  return {
    key: m.ts, content: [m, follows, inThread, byID(m.user).realName, now.in],
    make: (old) => {
      if (old?.querySelector(".editing")) return old; // what is being typed is worth more than what is new
      const who = byID(m.user), at = timeOf(m.ts);
      const more = h("button.tool", {
        type: "button", "aria-label": "More actions", title: "More actions", "aria-haspopup": "menu", onclick: () => actions(more, m, el),
      }, "⋯");
      const el = h(`article.message${follows ? ".follows" : ""}${m.ephemeral ? ".ephemeral" : ""}`, { "data-ts": m.ts, "data-user": who.name, tabindex: "-1" },
        follows ? h("span.avatar-space", {}, h("time", { datetime: at.toISOString() }, clock(at))) : avatar(m.user),
        h("div.content", {},
          m.ephemeral && h("p.only", {}, "👁 Only visible to you"),
          !follows && h("div.by", {}, h("strong", {}, who.realName), m.app && h("span.badge", {}, "APP"),
            who.stranger && h("span.badge.outside", {}, "Globex"), h("time", { datetime: at.toISOString(), title: at.toLocaleString("en-GB") }, clock(at))),
          inThread === false && m.broadcast && h("p.note", {}, "replied to a thread"),
          h("div.body", {}, body(m), m.edited && !m.ephemeral && h("span.edited", {}, " (edited)")),
          m.files && h("div.files", {}, m.files.map((f) => h("span.file", {}, "📎 ", h("b", {}, f.name), ` ${size(f.size)}`))),
          reactions(m),
          m.status && statusLine(m.status),
          !inThread && m.replies && h("button.replies", { type: "button", onclick: () => openThread(m.ts) },
            m.repliers.slice(0, 4).map((id) => avatar(id, ".small")), h("b", {}, `${m.replies} ${m.replies === 1 ? "reply" : "replies"}`),
            h("span.muted", {}, ` Last ${lastReply(m)}`))),
        !m.ephemeral && h("div.tools", {},
          h("button.tool", { type: "button", "aria-label": "Add reaction", title: "Add reaction", onclick: (e) => react(e.currentTarget, m) }, "☺"),
          !inThread && h("button.tool", { type: "button", "aria-label": "Reply in thread", title: "Reply in thread", onclick: () => openThread(m.thread || m.ts) }, "💬"),
          more));
      return el;
    },
  };
}

function lastReply(m) {
  const at = timeOf(m.lastReply);
  return `${dayOf(at).toLowerCase() === "today" ? "today" : dayOf(at)} at ${clock(at)}`;
}

export function statusLine(s) {
  return h("p.status", { role: "status" }, h("span.dots", { "aria-hidden": true }, "●●●"), ` ${s.Loading?.length ? s.Loading.at(-1) : `Linear ${s.Text}`}`);
}

function reactions(m) {
  if (!m.reactions?.length) return null;
  return h("div.reactions", {}, m.reactions.map((r) => h(`button.reaction${r.Users.includes(now.state.me.id) ? ".mine" : ""}`, {
    type: "button", "aria-pressed": r.Users.includes(now.state.me.id), "data-name": `reaction ${r.Name}`,
    "aria-label": `${r.Name.replaceAll("_", " ")}, ${r.Users.length} ${r.Users.length === 1 ? "reaction" : "reactions"}`, title: `${r.Users.map((u) => byID(u).realName).join(", ")} reacted with :${r.Name}:`,
    onclick: async () => failed(await act("react", { channel: now.in, ts: m.ts, name: r.Name })),
  }, `${emojiOf(r.Name)} ${r.Users.length}`)));
}

function react(anchor, m) {
  const box = h("div.emoji-grid", { role: "group", "aria-label": "Reactions" }, ["thumbsup", "eyes", "white_check_mark", "tada", "heart", "rocket", "pray", "thinking_face"].map((name) =>
    h("button.tool", { type: "button", "aria-label": name.replaceAll("_", " "), title: `:${name}:`, onclick: async () => { close(); failed(await act("react", { channel: now.in, ts: m.ts, name })); } }, emojiOf(name))));
  const close = popup(anchor, box);
  box.firstChild.focus();
}

// actions is the ⋯ menu: the app's message shortcuts, and what Slack itself offers.
function actions(anchor, m, el) {
  const mine = m.user === now.state.me.id;
  menu(anchor, [
    ...(now.state.me.stranger ? [] : [{ heading: "Linear" }, ...now.state.shortcuts.filter((s) => s.type === "message").map((s) => ({
      text: s.name, description: s.description,
      run: async () => {
        el.classList.add("waiting");
        failed(await act("shortcut", { channel: now.in, ts: m.ts, name: s.callback_id, label: `Uses ⋯ ${s.name}` }));
        el.classList.remove("waiting");
      },
    }))]),
    { heading: "Message" },
    { text: "Add reaction…", run: () => react(anchor, m) },
    { text: "Reply in thread", run: () => openThread(m.thread || m.ts) },
    { text: "Copy text", run: () => navigator.clipboard?.writeText(el.querySelector(".body").innerText) },
    ...(mine ? [
      { text: "Edit message", run: () => edit(el, m) },
      { text: "Delete message", danger: true, run: async () => failed(await act("delete", { channel: now.in, ts: m.ts, label: "Deletes a message" })) },
    ] : []),
  ]);
}

function edit(el, m) {
  const words = el.querySelector(".body");
  const before = words.innerText.replace(/ \(edited\)$/, "");
  const field = h("textarea", { rows: 2, value: before, "aria-label": "Edit message", onkeydown: (e) => {
    if (e.key === "Escape") done();
    if (e.key === "Enter" && !e.shiftKey) {
      e.preventDefault();
      save();
    }
  } });
  const save = async () => {
    done();
    if (field.value !== before) failed(await act("edit", { channel: now.in, ts: m.ts, text: field.value, label: "Edits a message" }));
  };
  const form = h("div.editing", {}, field, h("button.button", { type: "button", onclick: () => done() }, "Cancel"), h("button.button.primary", { type: "button", onclick: save }, "Save"));
  const done = () => {
    form.replaceWith(words);
    el.print = "";
    refresh();
    el.focus();
  };
  words.replaceWith(form);
  field.focus();
}

// listMessages fills a list, with a line before each day and names only where the author changes.
export function listMessages(list, messages, { inThread = false } = {}) {
  const items = [];
  let last = null, day = "";
  for (const m of messages) {
    const at = timeOf(m.ts), today = dayOf(at);
    if (today !== day && !inThread) {
      items.push({ key: `day ${today}`, content: today, make: () => h("h2.day", {}, h("span", {}, today)) });
      last = null;
    }
    day = today;
    const follows = last && last.user === m.user && !m.ephemeral && !last.ephemeral && at - timeOf(last.ts) < 3e5;
    items.push(messageItem(m, { follows: Boolean(follows), inThread }));
    last = m;
  }
  sync(list, items);
}
