// What happened: each thing a visitor did, with the envelopes, API calls and Linear requests that followed.
import { $, h, sync } from "./dom.js";
import { clock } from "./text.js";
import { once, read } from "./wire.js";

const key = "happened";

export function toggleHappened(open = $("happened").hidden) {
  $("happened").hidden = !open;
  $("what").setAttribute("aria-expanded", open);
  document.body.classList.toggle("with-happened", open);
  sessionStorage.setItem(key, open ? "1" : "");
  if (open) drawHappened();
}

export const drawHappened = once(async () => {
  if ($("happened").hidden) return;
  const groups = await read("happened").catch(() => null);
  if (groups) draw(groups);
  await new Promise((r) => setTimeout(r, 120)); // a burst of traffic is one look
});

function draw(groups) {
  const pane = $("happened");
  if (!pane.querySelector(".groups")) {
    pane.replaceChildren(
      h("header.head", {}, h("div.heading", {}, h("h1", {}, "What happened"),
        h("button.tool.close", { type: "button", "aria-label": "Close", onclick: () => toggleHappened(false) }, "✕"))),
      h("p.legend", {}, h("span.kind.envelope", {}, "Slack → bot"), h("span.kind.call", {}, "bot → Slack"), h("span.kind.linear", {}, "bot → Linear")),
      h("div.groups"));
  }
  const box = pane.querySelector(".groups");
  if (groups.length === 0) {
    sync(box, [{ key: "none", content: 0, make: () => h("p.empty", {}, "Nothing yet. Type /linear help in a channel.") }]);
    return;
  }
  sync(box, groups.map((g) => ({ key: `${g.at}${g.label}`, content: g, make: (old) => group(g, old) })));
}

const ms = (n) => (n >= 1000 ? `${(n / 1000).toFixed(1)} s` : n >= 10 ? `${Math.round(n)} ms` : `${n.toFixed(1)} ms`);
const arrows = { envelope: "→", call: "←", linear: "⇄" };

function group(g, old) {
  const requests = g.linear === 1 ? "1 request to Linear" : `${g.linear} requests to Linear`;
  return h("details.group", { open: old ? old.open : g.who !== "" },
    h("summary", {}, h("span.deed", {}, g.who && h("b", {}, `@${g.who} `), g.label),
      h("span.sum", {}, h("time", {}, clock(new Date(g.at))), ` · ${requests}${g.steps.length ? ` · ${ms(g.took)}` : ""}`)),
    g.steps.length === 0 ? h("p.note", {}, "Nothing was sent: this happens within Slack.") : h("ol.steps", {}, g.steps.map((s) => h(`li.step.${s.kind}${s.state === "ok" ? "" : s.state === "waiting" ? ".waits" : ".bad"}`, {},
      h("span.after", {}, `+${ms(s.after)}`), h("span.arrow", { "aria-hidden": true }, arrows[s.kind]),
      h("span.name", { title: s.detail }, s.name, s.state !== "ok" && h("em", {}, ` ${s.state}`)),
      h("span.took", { title: s.kind === "envelope" ? "until acknowledged" : "until answered" }, s.kind === "envelope" ? `ack ${ms(s.took)}` : ms(s.took))))));
}

if (sessionStorage.getItem(key)) toggleHappened(true);
