// Holds one feed for all tabs of this browser.
import { follow } from "./feed.js";

const tabs = new Set();
let last = ""; // what the feed said of itself, "" for nothing yet

addEventListener("connect", ({ ports: [tab] }) => {
  tab.onmessage = ({ data }) => {
    if (data === "gone") return void tabs.delete(tab);
    tabs.add(tab);
    if (last) tab.postMessage({ kind: last });
  };
});

follow((change) => {
  if (change.kind === "open" || change.kind === "lost") last = change.kind;
  for (const tab of tabs) tab.postMessage(change);
});
