// Slack's text: mrkdwn, rich text, Markdown of streams and markdown blocks, emoji, dates.
import { h } from "./dom.js";

let world = { people: new Map(), channels: new Map(), linearURL: "", visit: () => {} };
export const setWorld = (w) => { world = { ...world, ...w }; };

const emoji = {
  large_green_circle: "🟢", large_yellow_circle: "🟡", red_circle: "🔴", white_circle: "⚪", no_entry: "⛔", hourglass: "⌛",
  hourglass_flowing_sand: "⏳", white_check_mark: "✅", heavy_check_mark: "✔️", warning: "⚠️", x: "❌", ticket: "🎫", memo: "📝",
  link: "🔗", bug: "🐛", eyes: "👀", tada: "🎉", rocket: "🚀", fire: "🔥", heart: "❤️", thumbsup: "👍", "+1": "👍", "-1": "👎",
  thumbsdown: "👎", raised_hands: "🙌", pray: "🙏", clap: "👏", thinking_face: "🤔", leftwards_arrow_with_hook: "↩️", bulb: "💡",
  mag: "🔍", lock: "🔒", arrow_up: "⬆️", arrow_down: "⬇️", arrow_right: "➡️", sparkles: "✨", zap: "⚡", bell: "🔔", calendar: "📅",
  gear: "⚙️", wave: "👋", point_right: "👉", information_source: "ℹ️", question: "❓", exclamation: "❗", speech_balloon: "💬",
  construction: "🚧", package: "📦", pencil2: "✏️", wastebasket: "🗑️", paperclip: "📎", smile: "😄", slightly_smiling_face: "🙂",
};
export const emojiNames = Object.keys(emoji);
export const emojiOf = (name) => emoji[name] ?? `:${name}:`;
const shortcode = /:([a-z0-9_+-]+):/g;
export const withEmoji = (text) => text.replace(shortcode, (all, name) => emoji[name] ?? all);
const unescape = (t) => t.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

// plain is a plain_text object.
export const plain = (o) => (o ? (o.emoji === false ? o.text : withEmoji(unescape(o.text ?? ""))) : "");

// textOf is a text object of either kind.
export const textOf = (o) => (o.type === "mrkdwn" ? mrkdwn(o.text) : h("span.plain-text", {}, plain(o)));

export function person(id) {
  const p = world.people.get(id);
  return h("span.mention", { title: p?.realName }, "@" + (p?.name ?? id));
}

export function anchor(url, ...label) {
  const local = world.linearURL && /^https:\/\/linear\.app\//.test(url) ? world.linearURL + new URL(url).pathname : url;
  const safe = /^(https?|mailto):/i.test(local);
  return h("a", { href: safe ? local : null, target: "_blank", rel: "noopener", title: url }, ...(label.length ? label : [url]));
}

// mrkdwn renders Slack's own markup. Text arrives with & < > escaped; a bare < begins a token.
export function mrkdwn(text) {
  const out = h("span.mrkdwn");
  const parts = (text ?? "").split(/(```[\s\S]+?```)/);
  parts.forEach((part, i) => {
    if (i % 2) out.append(h("pre", {}, tokens(part.slice(3, -3).replace(/^\n/, "").replace(/\n$/, ""), false)));
    else quoted(part.replace(i > 0 ? /^\n/ : /^$/, ""), out);
  });
  return out;
}

function quoted(text, out) {
  let quote = null;
  text.split("\n").forEach((line, i, all) => {
    const m = /^&gt; ?(.*)$/.exec(line);
    if (m) {
      quote ??= out.appendChild(h("blockquote"));
      if (quote.childNodes.length) quote.append(h("br"));
      quote.append(...inline(m[1]));
      return;
    }
    if (quote) quote = null;
    else if (i > 0) out.append(h("br"));
    if (line !== "" || i < all.length - 1) out.append(...inline(line));
  });
}

// inline handles code first (nothing inside it is markup), then tokens, then the three styles.
function inline(line) {
  const out = [];
  line.split(/(`[^`\n]+`)/).forEach((part, i) => {
    if (i % 2) out.push(h("code", {}, tokens(part.slice(1, -1), false)));
    else out.push(...styled(part));
  });
  return out;
}

const styles = [["*", "strong"], ["_", "em"], ["~", "s"]];
const edgeBefore = /[\s\p{P}\p{S}]$/u, edgeAfter = /^[\s\p{P}\p{S}]/u;

function styled(text) {
  let best = null;
  for (const [mark, tag] of styles) {
    const esc = "\\" + mark;
    const re = new RegExp(`${esc}(?=\\S)((?:<[^>]*>|[^${esc}\\n<])+?)(?<!\\s)${esc}`, "g");
    for (let m; (m = re.exec(text)); re.lastIndex = m.index + 1) {
      const before = text.slice(0, m.index), after = text.slice(m.index + m[0].length);
      const inToken = before.lastIndexOf("<") > before.lastIndexOf(">");
      if (!inToken && (before === "" || edgeBefore.test(before)) && (after === "" || edgeAfter.test(after))) {
        if (!best || m.index < best.at) best = { at: m.index, m, tag, before, after };
        break;
      }
    }
  }
  if (!best) return tokens(text, true);
  return [...tokens(best.before, true), h(best.tag, {}, styled(best.m[1])), ...styled(best.after)];
}

// tokens renders <…> and, outside code, emoji.
function tokens(text, live) {
  return text.split(/(<[^<>\n]+>)/).filter((p) => p !== "").map((p) => {
    const m = /^<([^|>]*)(?:\|([^>]*))?>$/.exec(p);
    if (!m) return live ? withEmoji(unescape(p)) : unescape(p);
    return token(m[1], m[2], live);
  });
}

function token(what, label, live) {
  const words = label === undefined ? undefined : live ? withEmoji(unescape(label)) : unescape(label);
  if (what.startsWith("@")) return person(what.slice(1));
  if (what.startsWith("#")) {
    const c = world.channels.get(what.slice(1));
    return h("button.mention.link", { type: "button", onclick: () => c && world.visit(c.id) }, "#" + (c?.name ?? words ?? what.slice(1)));
  }
  if (what.startsWith("!date^")) return date(what, words);
  if (what.startsWith("!subteam^")) return h("span.mention", {}, words ?? "@group");
  if (what.startsWith("!")) return h("span.mention", {}, "@" + what.slice(1));
  return words === undefined ? anchor(unescape(what), unescape(what).replace(/^mailto:/, "")) : anchor(unescape(what), words);
}

// date renders <!date^seconds^format^link|fallback> in this reader's time.
function date(what, fallback) {
  const [, seconds, format, link] = what.split("^");
  const at = new Date(seconds * 1000);
  if (!format || isNaN(at)) return fallback ?? "";
  const day = (options, pretty) => {
    const days = Math.round((midnight(at) - midnight(new Date())) / 864e5);
    const word = { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days];
    return pretty && word ? word : at.toLocaleDateString("en-GB", options);
  };
  const short = { day: "numeric", month: "short", year: "numeric" }, long = { weekday: "long", ...short, month: "long" };
  const text = unescape(format).replace(/\{(\w+)\}/g, (all, name) => ({
    date_num: () => at.toISOString().slice(0, 10), date: () => day({ ...short, month: "long" }),
    date_short: () => day(short), date_long: () => day(long), date_pretty: () => day({ ...short, month: "long" }, true),
    date_short_pretty: () => day(short, true), date_long_pretty: () => day(long, true),
    time: () => clock(at), time_secs: () => at.toLocaleTimeString("en-GB"), ago: () => ago(at),
  }[name] ?? (() => all))());
  const el = h("time", { datetime: at.toISOString(), title: at.toLocaleString("en-GB") }, text);
  return link ? anchor(unescape(link), el) : el;
}

const midnight = (d) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
export const clock = (d) => d.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
export const timeOf = (ts) => new Date(parseFloat(ts) * 1000);
function ago(d) {
  const s = (Date.now() - d) / 1000;
  for (const [n, unit] of [[86400, "day"], [3600, "hour"], [60, "minute"]]) {
    const k = Math.floor(s / n);
    if (k >= 1) return `${k} ${unit}${k > 1 ? "s" : ""} ago`;
  }
  return "just now";
}
export function dayOf(d) {
  const days = Math.round((midnight(d) - midnight(new Date())) / 864e5);
  return { "-1": "Yesterday", 0: "Today" }[days] ?? d.toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long" });
}

// markdown renders the standard Markdown that markdown blocks and streams carry.
export function markdown(text) {
  const out = h("div.markdown");
  let list = null, para = null;
  const end = () => { list = para = null; };
  const lines = text.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    let m;
    if (/^```/.test(line)) {
      const code = [];
      while (++i < lines.length && !/^```/.test(lines[i])) code.push(lines[i]);
      out.append(h("pre", {}, code.join("\n")));
      end();
    } else if ((m = /^(#{1,6}) (.*)/.exec(line))) {
      out.append(h("p.md-head", {}, h("strong", {}, spans(m[2]))));
      end();
    } else if ((m = /^\s*(?:([-*+])|(\d+)[.)]) (.*)/.exec(line))) {
      const tag = m[1] ? "ul" : "ol";
      if (list?.localName !== tag) list = out.appendChild(h(tag, m[2] ? { start: m[2] } : {}));
      list.append(h("li", {}, spans(m[3])));
      para = null;
    } else if ((m = /^> ?(.*)/.exec(line))) {
      const last = out.lastElementChild;
      const quote = last?.localName === "blockquote" && !para && !list ? last : out.appendChild(h("blockquote"));
      if (quote.childNodes.length) quote.append(h("br"));
      quote.append(...spans(m[1]));
      list = para = null;
    } else if (/^(-{3,}|\*{3,})$/.test(line)) {
      out.append(h("hr"));
      end();
    } else if (line.trim() === "") end();
    else {
      if (para) para.append(h("br"));
      else para = out.appendChild(h("p"));
      para.append(...spans(line));
      list = null;
    }
  }
  return out;
}

const span = /(`[^`]+`)|\*\*(.+?)\*\*|__(.+?)__|~~(.+?)~~|\*([^\s*][^*]*?)\*|(?<![\p{L}\p{N}])_([^\s_][^_]*?)_(?![\p{L}\p{N}])|\[([^\]]+)\]\(([^)\s]+)\)|<(https?:[^>|]+)(?:\|([^>]+))?>|<@(\w+)>|<#(\w+)>|(https?:\/\/[^\s<>)]+)|\\([\\`*_{}[\]()#+\-.!~>|])/u;

function spans(text) {
  const out = [];
  for (let m; (m = span.exec(text)); text = text.slice(m.index + m[0].length)) {
    if (m.index) out.push(withEmoji(unescape(text.slice(0, m.index))));
    if (m[1]) out.push(h("code", {}, m[1].slice(1, -1)));
    else if (m[2] || m[3]) out.push(h("strong", {}, spans(m[2] || m[3])));
    else if (m[4]) out.push(h("s", {}, spans(m[4])));
    else if (m[5] || m[6]) out.push(h("em", {}, spans(m[5] || m[6])));
    else if (m[7]) out.push(anchor(unescape(m[8]), ...spans(m[7])));
    else if (m[9]) out.push(anchor(unescape(m[9]), m[10] ?? m[9]));
    else if (m[11]) out.push(person(m[11]));
    else if (m[12]) out.push(token("#" + m[12]));
    else if (m[13]) out.push(anchor(m[13]));
    else out.push(m[14]);
  }
  if (text) out.push(withEmoji(unescape(text)));
  return out;
}

// richText renders a rich_text block.
export function richText(block) {
  return h("div.rich", {}, (block.elements ?? []).map(richPart));
}

function richPart(e) {
  switch (e.type) {
    case "rich_text_list":
      return h(e.style === "ordered" ? "ol" : "ul", { style: e.indent ? `margin-left:${e.indent * 1.4}em` : null },
        e.elements.map((item) => h("li", {}, richPart(item))));
    case "rich_text_preformatted": return h("pre", {}, e.elements.map(richLeaf));
    case "rich_text_quote": return h("blockquote", {}, e.elements.map(richLeaf));
  }
  return h("div.rich-line", {}, (e.elements ?? []).map(richLeaf));
}

function richLeaf(e) {
  let node;
  switch (e.type) {
    case "link": node = anchor(e.url, e.text ?? e.url); break;
    case "user": node = person(e.user_id); break;
    case "channel": node = token("#" + e.channel_id); break;
    case "emoji": node = emojiOf(e.name); break;
    case "broadcast": node = h("span.mention", {}, "@" + e.range); break;
    case "date": node = date(`!date^${e.timestamp}^${e.format ?? "{date_short}"}`, e.fallback); break;
    default: node = e.text ?? "";
  }
  for (const [style, tag] of [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"]]) {
    if (e.style?.[style]) node = h(tag, {}, node);
  }
  return node;
}
