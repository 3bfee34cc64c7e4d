// The frame: reads the state, keeps the address, draws sidebar, conversation, thread, modals.
import { $, h, menu, sync } from "./dom.js";
import { composer } from "./composer.js";
import { drawHappened, toggleHappened } from "./happened.js";
import { avatar, listMessages, statusLine } from "./messages.js";
import { drawModals, homePlace } from "./modal.js";
import { renderBlock } from "./blocks.js";
import { byID, current, isAppDM, now, titleOf } from "./state.js";
import { setWorld } from "./text.js";
import { act, listen, me, once, read } from "./wire.js";

const seen = JSON.parse(sessionStorage.getItem(`seen-${me}`) ?? "null") ?? {};
let first = true;

// failed shows what went wrong with something a person did; false when nothing did.
export function failed(answer) {
  const words = answer?.failure ?? answer?.problem;
  if (answer?.gone) refresh();
  if (words) toast(words, answer.failure ? "Slackbot" : "");
  return Boolean(words);
}

export function toast(words, from = "") {
  const el = h("div.toast", {}, h("div", {}, from && h("strong", {}, from, " "), from && h("small.muted", {}, "Only visible to you"), h("p", {}, words)),
    h("button.tool", { type: "button", "aria-label": "Close", onclick: () => el.remove() }, "✕"));
  $("toasts").append(el);
  setTimeout(() => el.remove(), 12000);
}

function address() {
  const q = new URLSearchParams({ as: me, in: now.in });
  if (now.tab === "home") q.set("tab", "home");
  if (now.thread) q.set("thread", now.thread);
  return `?${q}`;
}

function fromAddress() {
  const q = new URLSearchParams(location.search);
  now.in = q.get("in") ?? "";
  now.thread = q.get("thread") ?? "";
  now.tab = q.get("tab") ?? "messages";
}

// visit brings a conversation on screen.
export function visit(channel, tab = "messages") {
  const moved = now.in !== channel || now.tab !== tab;
  Object.assign(now, { in: channel, thread: "", tab });
  if (moved) history.pushState(null, "", address());
  drawer(false);
  if (tab === "home") act("home", { label: "Opens the app's Home" });
  else if (isAppDM(current())) act("tab");
  else act("look", { channel });
  draw();
  refresh().then(() => toEnd(true));
  if (tab !== "home") $("main").querySelector("textarea")?.focus();
}

export function openThread(root) {
  now.thread = root;
  history.pushState(null, "", address());
  refresh().then(() => {
    $("thread").querySelector(".messages")?.scrollTo(0, 1e9);
    $("thread").querySelector("textarea")?.focus();
  });
}

function closeThread() {
  const root = now.thread;
  now.thread = "";
  history.pushState(null, "", address());
  draw();
  ($("main").querySelector(`[data-ts="${root}"] .replies`) ?? $("main").querySelector("textarea"))?.focus();
}

export const refresh = once(async () => {
  try {
    const where = { in: now.in, thread: now.thread };
    const state = await read("state", where);
    if (where.in !== now.in || where.thread !== now.thread) return void refresh();
    now.state = state;
    setWorld({
      people: new Map(state.people.map((p) => [p.id, p])), channels: new Map(state.channels.map((c) => [c.id, c])),
      linearURL: state.linearURL, visit,
    });
    if (!current()) {
      now.in = (state.channels.find((c) => c.name === "general") ?? state.channels.find((c) => c.members.includes(state.me.id))).id;
      now.thread = "";
      history.replaceState(null, "", address());
      return void refresh();
    }
    draw();
  } catch (e) {
    online(false, String(e.message ?? ""));
  }
});

// myNewest is the last message of this person in the conversation.
const myNewest = () => now.state.place?.messages.findLast((m) => m.user === now.state.me.id);

// awaitAnswer is called before something is said to the app: its thread opens as soon as the app answers in it.
export function awaitAnswer() {
  if (isAppDM(current())) now.asked = myNewest()?.ts ?? "0";
}

function showAnswer() {
  const mine = now.asked && isAppDM(current()) && myNewest();
  if (!mine?.replies || mine.ts <= now.asked) return;
  now.asked = "";
  openThread(mine.ts);
}

function draw() {
  if (!now.state) return;
  const bottom = atEnd();
  for (const c of now.state.channels) {
    if (first && !(c.id in seen)) seen[c.id] = c.newest;
    if (c.id === now.in && now.tab !== "home" && !document.hidden) seen[c.id] = c.newest;
  }
  if (first) {
    first = false;
    if (now.tab === "home") act("home");
  }
  sessionStorage.setItem(`seen-${me}`, JSON.stringify(seen));
  drawBanner();
  drawSide();
  drawMain();
  drawThread();
  drawModals();
  if (bottom) toEnd();
  showAnswer();
}

const list = () => $("main").querySelector(".messages");
const atEnd = () => !list() || list().scrollHeight - list().scrollTop - list().clientHeight < 80;
function toEnd() {
  list()?.scrollTo(0, 1e9);
}

function drawBanner() {
  const s = now.state;
  $("linear").hidden = !s.linearURL;
  if (s.linearURL) $("linear").href = s.linearURL;
  $("restart").hidden = !s.restarts;
  $("note").textContent = s.note;
  $("health").textContent = s.connected ? "" : "The bot is not connected.";
  const unread = s.channels.filter(isUnread).length;
  document.title = `${unread ? `(${unread}) ` : ""}${now.tab === "home" ? "Linear" : (titleOf(current()) ?? "")} · ${s.me.realName} · local Slack`;
}

function online(yes, why = "") {
  document.body.classList.toggle("offline", !yes);
  if (!yes) $("health").textContent = why || "The demo does not answer. Trying again…";
  else refresh();
}

const isUnread = (c) => c.newest > (seen[c.id] ?? "") && c.members.includes(now.state.me.id);

function drawSide() {
  const s = now.state;
  const mine = s.channels.filter((c) => !c.archived);
  const row = (c, icon) => ({
    key: c.id, content: [titleOf(c), c.id === now.in && now.tab !== "home", isUnread(c), c.members.includes(s.me.id), c.shared],
    make: () => h(`a.row${c.id === now.in && now.tab !== "home" ? ".here" : ""}${isUnread(c) ? ".unread" : ""}${c.members.includes(s.me.id) ? "" : ".outside"}`, {
      href: `?${new URLSearchParams({ as: me, in: c.id })}`, "aria-current": c.id === now.in && now.tab !== "home" ? "page" : null,
      onclick: (e) => follow(e, () => visit(c.id)),
    }, h("span.icon", { "aria-hidden": true }, icon), h("span.name", {}, titleOf(c)), c.shared && h("span.hint", { title: "Shared with Globex" }, "⇄"),
      isUnread(c) && h("span.dot", { "aria-label": "unread" })),
  });
  const app = mine.find(isAppDM);
  const head = (words) => ({ key: `h ${words}`, content: words, make: () => h("h2", {}, words) });
  const appRow = (tab, words) => ({
    key: `app ${tab}`, content: [words, now.in === app.id && now.tab === tab, tab === "messages" && isUnread(app)],
    make: () => h(`a.row${now.in === app.id && now.tab === tab ? ".here" : ""}${tab === "messages" && isUnread(app) ? ".unread" : ""}`, {
      href: `?${new URLSearchParams({ as: me, in: app.id, tab })}`, "aria-current": now.in === app.id && now.tab === tab ? "page" : null,
      onclick: (e) => follow(e, () => visit(app.id, tab)),
    }, h("span.icon", { "aria-hidden": true }, tab === "home" ? "⌂" : "💬"), h("span.name", {}, words),
      tab === "messages" && isUnread(app) && h("span.dot", { "aria-label": "unread" })),
  });
  sync($("side"), [
    { key: "me", content: [s.me, s.people.length], make: whoAmI },
    head("Channels"),
    ...mine.filter((c) => c.kind === "channel").map((c) => row(c, "#")),
    ...mine.filter((c) => c.kind === "group").map((c) => row(c, "🔒")),
    head("Direct messages"),
    ...mine.filter((c) => ["im", "mpim"].includes(c.kind) && !isAppDM(c)).map((c) => row(c, c.kind === "mpim" ? "👥" : "●")),
    ...(app ? [head("Apps · Linear"), appRow("home", "Home"), appRow("messages", "Messages")] : []),
  ]);
}

function follow(e, go) {
  if (e.metaKey || e.ctrlKey || e.shiftKey) return;
  e.preventDefault();
  go();
}

const role = (p) => (p.admin ? "admin" : p.guest ? "guest" : p.stranger ? "from Globex" : "member");

// whoAmI names this tab's person; others open in a tab of their own.
function whoAmI() {
  const s = now.state;
  const button = h("button.who", {
    type: "button", "aria-haspopup": "menu", onclick: () => menu(button, [
      { heading: "Be somebody else, in a new tab" },
      ...s.people.filter((p) => !p.bot && !p.deleted && p.id !== s.me.id).map((p) => ({
        text: p.realName, description: role(p), run: () => window.open(`?as=${p.name}`, "_blank"),
      })),
      { heading: "Or in this tab" },
      ...s.people.filter((p) => !p.bot && !p.deleted && p.id !== s.me.id).map((p) => ({ text: `Switch to ${p.realName}`, run: () => { location.href = `?as=${p.name}`; } })),
    ]),
  }, avatar(s.me.id), h("span", {}, h("b", {}, s.me.realName), h("small", {}, `Acme · ${role(s.me)}`)), h("span.arrow", { "aria-hidden": true }, "⌄"));
  return button;
}

let drawn = "";
function drawMain() {
  const main = $("main"), c = current();
  const app = isAppDM(c);
  const home = app && now.tab === "home";
  const key = `${now.in}/${home}`;
  if (drawn !== key) {
    drawn = key;
    main.replaceChildren(
      h("header.head"), ...(home ? [h("div.home")] : [h("div.messages", { role: "log", "aria-label": "Messages", tabindex: "0" }), h("div.prompts"), h("div.foot")]));
    if (!home) main.querySelector(".foot").replaceWith(composer({ channel: now.in }));
  }
  sync(main.querySelector(".head"), [{ key: "head", content: [titleOf(c), c.members, home, app, c.shared], make: () => heading(c, app, home) }]);
  if (home) {
    drawHome(main.querySelector(".home"));
    return;
  }
  const place = now.state.place?.id === now.in ? now.state.place : null;
  const box = main.querySelector(".messages");
  if (!place) {
    box.replaceChildren(h("p.empty", {}, "Loading…"));
    return;
  }
  if (place.messages.length === 0) {
    sync(box, [{ key: "empty", content: now.in, make: () => h("p.empty", {}, app ? "Ask in plain words, or type /linear help." : `This is the beginning of ${c.kind === "channel" ? "#" : ""}${titleOf(c)}.`) }]);
  } else listMessages(box, place.messages);
  drawPrompts(main.querySelector(".prompts"), app && place.messages.length < 3 ? place.prompts : [], "");
}

function heading(c, app, home) {
  const title = app ? "Linear" : (c.kind === "channel" ? "# " : c.kind === "group" ? "🔒 " : "") + titleOf(c);
  const tab = (name, words) => h(`button.tab${(name === "home") === home ? ".on" : ""}`, {
    type: "button", "aria-pressed": (name === "home") === home, onclick: () => visit(c.id, name),
  }, words);
  return h("div.heading", {}, h("h1", {}, title), c.shared && h("span.badge.outside", {}, "Shared with Globex"),
    app ? h("span.tabs", {}, tab("home", "Home"), tab("messages", "Messages"))
      : h("span.muted", {}, `${c.members.length} members`));
}

function drawHome(box) {
  const v = now.state.home;
  if (!v) {
    sync(box, [{ key: "none", content: 0, make: () => h("p.empty", {}, "Loading the app's Home…") }]);
    return;
  }
  const place = homePlace(v);
  sync(box, v.blocks.map((b) => ({ key: b.block_id, content: [b, v.id, now.state.people.length], make: () => renderBlock(b, place) })));
}

function drawPrompts(box, prompts, thread) {
  sync(box, (prompts ?? []).map((p) => ({
    key: p.title, content: p, make: () => h("button.button.prompt", {
      type: "button", title: p.message, onclick: async (e) => {
        e.currentTarget.setAttribute("aria-busy", "true");
        if (!thread) awaitAnswer();
        failed(await act("say", { channel: now.in, thread, text: p.message, label: `Picks the prompt “${p.title}”` }));
        e.target.removeAttribute("aria-busy");
      },
    }, p.title),
  })));
}

let drawnThread = "";
function drawThread() {
  const pane = $("thread"), t = now.state.thread;
  pane.hidden = !now.thread;
  document.body.classList.toggle("with-thread", Boolean(now.thread));
  if (!now.thread) {
    drawnThread = "";
    pane.replaceChildren();
    return;
  }
  const key = `${now.in}/${now.thread}`;
  if (drawnThread !== key) {
    drawnThread = key;
    pane.replaceChildren(
      h("header.head", {}, h("div.heading", {}, h("h1", {}, "Thread"), h("span.muted", {}, titleOf(current())),
        h("button.tool.close", { type: "button", "aria-label": "Close thread", onclick: closeThread }, "✕"))),
      h("div.messages", { role: "log", "aria-label": "Thread messages", tabindex: "0" }), h("div.working"), h("div.prompts"),
      composer({ channel: now.in, thread: now.thread }));
  }
  if (t?.root !== now.thread) return;
  const box = pane.querySelector(".messages");
  const end = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  const root = t.messages[0];
  listMessages(box, t.messages.map((m) => ({ ...m, status: undefined })), { inThread: true });
  const working = t.session.Status === "processing";
  sync(pane.querySelector(".working"), root?.status || working ? [{
    key: "w", content: [root?.status, working], make: () => h("div.working-line", {},
      root?.status ? statusLine(root.status) : h("p.status", {}, "Linear is working…"),
      working && h("button.button", { type: "button", onclick: async () => failed(await act("stop", { channel: now.in, thread: now.thread, label: "Presses Stop" })) }, "■ Stop")),
  }] : []);
  drawPrompts(pane.querySelector(".prompts"), t.messages.length < 2 ? t.prompts : [], now.thread);
  if (end) box.scrollTo(0, 1e9);
}

// Keys: Escape closes the thread; the rest is the browser's own.
addEventListener("keydown", (e) => {
  if (e.key !== "Escape" || e.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (document.body.classList.contains("drawer")) drawer(false);
  else if (now.thread) closeThread();
});
addEventListener("popstate", () => {
  fromAddress();
  refresh();
});
document.addEventListener("visibilitychange", () => draw());
$("what").addEventListener("click", () => toggleHappened());
// drawer shows or hides the channels where there is no room for them beside the conversation.
function drawer(open) {
  if (document.body.classList.contains("drawer") === open) return;
  document.body.classList.toggle("drawer", open);
  $("drawer").setAttribute("aria-expanded", open);
  (open ? $("side").querySelector("button, a") : $("drawer"))?.focus();
}
$("drawer").addEventListener("click", () => drawer(!document.body.classList.contains("drawer")));
for (const part of ["main", "thread", "happened"]) $(part).addEventListener("pointerdown", () => drawer(false));
$("restart").addEventListener("click", async (e) => {
  e.target.setAttribute("aria-busy", "true");
  failed(await act("restart", { label: "Restarts the bot" }));
  e.target.removeAttribute("aria-busy");
});

fromAddress();
refresh().then(() => toEnd());
listen({ screen: refresh, traffic: drawHappened, online });
export { byID };
