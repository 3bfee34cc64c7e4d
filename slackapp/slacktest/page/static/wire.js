// Talking to the server: who this tab belongs to, one thing done, the state, the feed.
import { follow } from "./feed.js";
import { now } from "./state.js";

export const me = new URLSearchParams(location.search).get("as") || "alice";

// act does one thing as this tab's person and answers with what Slack says at once: {failure, gone, refused, options}.
export async function act(what, details = {}) {
  try {
    const r = await fetch(`do?as=${me}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ do: what, ...details }),
    });
    if (!r.ok) return { problem: await r.text() };
    return await r.json();
  } catch {
    return { problem: "The demo is not running any more. Start it again, then reload." };
  }
}

export async function read(path, query = {}) {
  const r = await fetch(`${path}?${new URLSearchParams({ as: me, ...query })}`);
  if (!r.ok) throw new Error(await r.text());
  return r.json();
}

// listen calls back when the screen or the traffic may have changed, and when the feed is lost or found again.
export function listen({ screen, traffic, online }) {
  const hear = ({ kind, of }) => {
    if (kind === "open" || kind === "lost") online(kind === "open");
    if (kind === "traffic") traffic();
    if (kind === "screen" && (!of || !now.state || of.split(" ").includes(now.state.me.id))) screen();
  };
  if (!window.SharedWorker) return follow(hear);
  const worker = new SharedWorker("worker.js", { type: "module" });
  worker.addEventListener("error", () => follow(hear), { once: true }); // it was not loaded: the demo has just gone
  const { port } = worker;
  port.onmessage = (e) => hear(e.data);
  port.postMessage("here");
  addEventListener("pagehide", () => port.postMessage("gone"));
  addEventListener("pageshow", (e) => e.persisted && port.postMessage("here"));
}

// once lets only one run of f be in flight, and runs it again if it was asked for meanwhile.
export function once(f) {
  let running = false, again = false;
  return async () => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      do {
        again = false;
        await f();
      } while (again);
    } finally {
      running = false;
    }
  };
}
