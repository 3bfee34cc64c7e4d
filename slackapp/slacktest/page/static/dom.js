// Building elements. Text is always set as text: nothing on this page is ever parsed as HTML.

// h makes an element: h("button.primary", {onclick, "aria-label": "…"}, "words", child, …).
export function h(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const el = document.createElement(tag || "div");
  if (classes.length) el.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || (value === false && !name.startsWith("aria-"))) continue;
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else if (name === "style") el.style.cssText = value; // set this way, the page's security policy allows it
    else if (name === "value" || name === "checked" || name === "disabled") el[name] = value;
    else el.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : value);
  }
  el.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return el;
}

export const $ = (id) => document.getElementById(id);

// keyOf is a selector for the same control once what surrounds it was built anew.
function keyOf(el) {
  if (el.dataset.name) return `[data-name="${CSS.escape(el.dataset.name)}"]`;
  if (["checkbox", "radio"].includes(el.type)) return `input[name="${CSS.escape(el.name)}"][value="${CSS.escape(el.value)}"]`;
  if (el.hasAttribute("aria-label")) return `[aria-label="${CSS.escape(el.getAttribute("aria-label"))}"]`;
  return el.href ? `a[href="${CSS.escape(el.getAttribute("href"))}"]` : null;
}

// carryOver gives fresh what the person had in old: the focus, words being typed and the cursor, an open menu. Focus on
// something that is gone falls to the element itself, so that Tab goes on from there.
function carryOver(old, fresh) {
  const was = document.activeElement;
  openPopup?.follow(old, fresh);
  if (!old.contains(was)) return;
  const key = keyOf(was), is = key && fresh.querySelector(key);
  if (is && is.localName === was.localName && /^(text|email|url|textarea)$/.test(was.type)) {
    is.value = was.value;
    const { selectionStart, selectionEnd } = was;
    is.focus({ preventScroll: true });
    if (is.type !== "email") is.setSelectionRange(selectionStart, selectionEnd);
  } else (is ?? (fresh.hasAttribute("tabindex") ? fresh : null))?.focus({ preventScroll: true });
}

// sync makes the children of parent those of items, in order, and keeps each element whose content is unchanged, so that
// focus, scrolling and open menus survive. Each item has a key, its content, and make to build it.
export function sync(parent, items) {
  const old = new Map([...parent.children].map((el) => [el.dataset.key, el]));
  let at = parent.firstChild;
  for (const { key, content, make } of items) {
    const print = JSON.stringify(content);
    let el = old.get(key);
    old.delete(key);
    if (!el || el.print !== print) {
      const fresh = make(el);
      fresh.dataset.key = key;
      fresh.print = print;
      if (fresh !== el) {
        parent.insertBefore(fresh, at);
        if (el) carryOver(el, fresh);
        if (el === at) at = at?.nextSibling ?? null;
        el?.remove();
        continue;
      }
    }
    if (el === at) at = at.nextSibling;
    else parent.insertBefore(el, at);
  }
  for (const el of old.values()) el.remove();
  while (at) {
    const next = at.nextSibling;
    if (at.nodeType !== 1) at.remove();
    at = next;
  }
}

// popup shows a floating box under an element until something else is pressed; it returns what closes it.
let openPopup = null;
export function popup(anchor, box, { onclose, wide } = {}) {
  openPopup?.();
  const inDialog = anchor.closest("dialog");
  (inDialog || document.body).append(box);
  box.classList.add("popup");
  const place = () => {
    const r = anchor.getBoundingClientRect();
    box.style.minWidth = `${wide ? Math.max(r.width, 220) : 180}px`;
    const height = box.offsetHeight, width = box.offsetWidth;
    const below = r.bottom + 4 + height <= innerHeight || r.top < height + 8;
    box.style.top = `${Math.max(4, below ? Math.min(r.bottom + 4, innerHeight - height - 4) : r.top - height - 4)}px`;
    box.style.left = `${Math.max(4, Math.min(r.left, innerWidth - width - 4))}px`;
  };
  const close = (restore = true) => {
    if (openPopup !== close) return;
    openPopup = null;
    removeEventListener("pointerdown", outside, true);
    removeEventListener("resize", place);
    removeEventListener("scroll", scrolled, true);
    const had = box.contains(document.activeElement);
    box.remove();
    if (restore && had && anchor.isConnected) anchor.focus();
    onclose?.(anchor);
  };
  close.follow = (old, fresh) => { // what the menu hangs on was built anew
    if (!old.contains(anchor)) return;
    const key = keyOf(anchor), now = key && fresh.querySelector(key);
    if (!now) return void close(false);
    anchor = now;
    place();
  };
  const outside = (e) => {
    if (!box.contains(e.target) && !anchor.contains(e.target)) close(false);
  };
  const scrolled = (e) => !box.contains(e.target) && place();
  box.addEventListener("keydown", (e) => {
    if (e.key === "Escape") {
      e.preventDefault();
      e.stopPropagation();
      close();
    }
  });
  openPopup = close;
  addEventListener("pointerdown", outside, true);
  addEventListener("resize", place);
  addEventListener("scroll", scrolled, true);
  place();
  close.place = place;
  return close;
}

// menu is a popup of actions, used with the arrow keys: [{text, description, danger, run}] or {heading}.
export function menu(anchor, entries, { onclose } = {}) {
  const items = [];
  const box = h("div.menu", { role: "menu" }, entries.map((e) => {
    if (e.heading) return h("p.menu-heading", {}, e.heading);
    const item = h(`button.menu-item${e.danger ? ".danger" : ""}`, { role: "menuitem", type: "button", onclick: () => { close(); e.run(); } },
      h("span", {}, e.text), e.description && h("small", {}, e.description));
    items.push(item);
    return item;
  }));
  const close = popup(anchor, box, { onclose });
  box.addEventListener("keydown", (e) => {
    const i = items.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) {
      e.preventDefault();
      items[(i + step + items.length) % items.length].focus();
    } else if (e.key === "Tab") close();
  });
  items[0]?.focus();
  return close;
}
