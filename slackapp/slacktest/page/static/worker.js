// Holds one feed for all tabs of this browser.
import { follow } from "./feed.js";

const tabs = new Set();
let open = false;

addEventListener("connect", ({ ports: [tab] }) => {
  tab.onmessage = ({ data }) => {
    if (data === "gone") return void tabs.delete(tab);
    tabs.add(tab);
    if (open) tab.postMessage({ kind: "open" });
  };
});

follow((change) => {
  if (change.kind === "open") open = true;
  if (change.kind === "lost") open = false;
  for (const tab of tabs) tab.postMessage(change);
});
