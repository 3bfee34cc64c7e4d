// The composer: plain words, / commands, @ and # completion, the app's global shortcuts.
import { h, menu } from "./dom.js";
import { awaitAnswer, failed, toast } from "./app.js";
import { current, now, titleOf } from "./state.js";
import { act } from "./wire.js";

export function composer({ channel, thread = "" }) {
  const draftKey = `draft ${now.state.me.id} ${channel} ${thread}`;
  let choices = [], at = 0;
  const offers = h("div.offers", { role: "listbox", "aria-label": "Suggestions", hidden: true });
  const usage = h("p.usage", { hidden: true });
  const field = h("textarea", {
    rows: 1, "aria-label": thread ? "Reply" : "Message", placeholder: thread ? "Reply…" : `Message ${placeName()}`,
    value: sessionStorage.getItem(draftKey) ?? "",
    oninput: () => {
      sessionStorage.setItem(draftKey, field.value);
      grow();
      offer();
    },
    onblur: () => setTimeout(() => hide(), 150),
    onkeydown: keys,
  });
  const send = h("button.send", { type: "button", "aria-label": "Send", title: "Send", onclick: () => { field.focus(); post(); } }, "➤");
  const bolt = h("button.tool", { type: "button", "aria-label": "Shortcuts", title: "Shortcuts", "aria-haspopup": "menu", onclick: () => shortcuts(bolt) }, "⚡");
  const box = h("form.composer", { onsubmit: (e) => e.preventDefault() }, offers, usage,
    h("div.line", {}, !thread && !now.state.me.stranger && bolt, field, send));
  requestAnimationFrame(grow);

  function grow() {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, 200)}px`;
  }

  function keys(e) {
    if (e.isComposing) return;
    if (!offers.hidden && choices.length) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
      if (step) {
        e.preventDefault();
        mark((at + step + choices.length) % choices.length);
        return;
      }
      if (e.key === "Tab" || (e.key === "Enter" && choices[at].onEnter)) {
        e.preventDefault();
        choices[at].take();
        return;
      }
      if (e.key === "Escape") {
        e.preventDefault();
        hide();
        return;
      }
    }
    if (e.key === "Enter" && !e.shiftKey) {
      e.preventDefault();
      post();
    }
  }

  async function post() {
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    sessionStorage.removeItem(draftKey);
    grow();
    hide();
    usage.hidden = true;
    box.classList.add("waiting");
    const answer = await dispatch(text);
    box.classList.remove("waiting");
    if (failed(answer) && !field.value) {
      field.value = text; // as Slack does: what could not be sent is still there
      grow();
    }
  }

  async function dispatch(text) {
    const [word, rest] = text.split(/\s+([\s\S]*)/);
    if (!/^\/\S/.test(text) || text.startsWith("//")) {
      if (!thread) awaitAnswer();
      return act("say", { channel, thread, text, label: `${thread ? "Replies" : "Says"} “${cut(text)}”` });
    }
    if (thread) return { failure: `${word} is not supported in threads. Sorry!` };
    if (word === "/invite") return act("invite", { channel, name: (rest ?? "").trim(), label: text });
    return act("command", { channel, text, label: `Types ${cut(text)}` });
  }

  // offer shows what could complete the word under the cursor.
  function offer() {
    const upto = field.value.slice(0, field.selectionStart);
    const command = /^\/\S*$/.exec(upto), mention = /(?:^|\s)@([\p{L}\p{N}._-]*)$/u.exec(upto), place = /(?:^|\s)#([\p{L}\p{N}._-]*)$/u.exec(upto);
    choices = [];
    if (command && !thread && !now.state.me.stranger) choices = commands(command[0]);
    else if (mention) choices = people(mention[1]);
    else if (place) choices = channels(place[1]);
    const typed = now.state.commands.find((c) => field.value.startsWith(c.command + " "));
    usage.hidden = !typed || thread !== "";
    if (typed) usage.replaceChildren(h("b", {}, typed.command), ` ${typed.usage_hint}`);
    offers.hidden = choices.length === 0;
    offers.replaceChildren(...choices.map((c, i) => {
      c.el = h("div.offer", { role: "option", onpointerdown: (e) => { e.preventDefault(); c.take(); }, onpointermove: () => mark(i) },
        h("b", {}, c.text), c.hint && h("span.muted", {}, " " + c.hint), c.about && h("small", {}, c.about));
      return c.el;
    }));
    at = 0;
    mark(0);
  }

  function mark(i) {
    choices[at]?.el?.classList.remove("at");
    at = i;
    choices[at]?.el?.classList.add("at");
  }

  function hide() {
    offers.hidden = true;
    choices = [];
  }

  // put replaces the word under the cursor.
  function put(word) {
    const end = field.selectionStart, start = field.value.slice(0, end).search(/\S*$/);
    field.setRangeText(word + " ", start, end, "end");
    field.focus();
    field.dispatchEvent(new Event("input"));
  }

  function commands(typed) {
    const all = [
      ...now.state.commands.map((c) => ({ text: c.command, hint: c.usage_hint, about: `${c.description} · Linear` })),
      { text: "/invite", hint: "@person", about: "Add somebody, or the app, to this channel · Slack" },
    ];
    return all.filter((c) => c.text.startsWith(typed)).map((c) => ({ ...c, onEnter: c.text !== typed, take: () => put(c.text) }));
  }

  function people(typed) {
    const t = typed.toLowerCase();
    return now.state.people.filter((p) => !p.deleted && (p.name.startsWith(t) || p.realName.toLowerCase().includes(t))).slice(0, 8)
      .map((p) => ({ text: p.realName, hint: `@${p.name}`, onEnter: p.name !== t, take: () => put(`@${p.name}`) }));
  }

  function channels(typed) {
    return now.state.channels.filter((c) => ["channel", "group"].includes(c.kind) && c.name.startsWith(typed.toLowerCase())).slice(0, 8)
      .map((c) => ({ text: `#${c.name}`, onEnter: c.name !== typed, take: () => put(`#${c.name}`) }));
  }
  return box;
}

const cut = (text) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

function placeName() {
  const c = current();
  return (c.kind === "channel" ? "#" : "") + titleOf(c);
}

function shortcuts(anchor) {
  const list = now.state.shortcuts.filter((s) => s.type === "global");
  if (list.length === 0) return toast("The app has no global shortcuts.");
  menu(anchor, [{ heading: "Shortcuts · Linear" }, ...list.map((s) => ({
    text: s.name, description: s.description,
    run: async () => failed(await act("global", { name: s.callback_id, label: `Uses ⚡ ${s.name}` })),
  }))]);
}
