// Renders the page again whenever the local Linear says that something changed.
const main = document.querySelector("main");
let running = false;
let again = false;

async function refresh() {
  if (running) {
    again = true;
    return;
  }
  running = true;
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector("main");
    const focused = document.activeElement?.textContent;
    if (fresh && fresh.innerHTML !== main.innerHTML) {
      main.innerHTML = fresh.innerHTML;
      const button = [...main.querySelectorAll("a, button")].find((e) => e.textContent === focused);
      button?.focus();
    }
  } catch {
    // The server is away; the event stream connects again by itself.
  } finally {
    running = false;
    if (again) {
      again = false;
      refresh();
    }
  }
}

// A browser opens six connections to a host at most: only tabs that are looked at hold one.
let events = null;
function listen() {
  events?.close();
  events = null;
  if (document.hidden) return;
  events = new EventSource("/events");
  events.addEventListener("message", refresh);
  events.addEventListener("open", refresh);
  events.addEventListener("error", ({ target }) => target.readyState === EventSource.CLOSED && target === events && setTimeout(listen, 1000));
}
document.addEventListener("visibilitychange", listen);
listen();
