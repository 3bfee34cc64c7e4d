// The feed of changes. Browsers open six connections to a host at most, and this page is meant for the tabs of many
// people: where it can, one worker listens for all of them.

// follow tells of each change, {kind: "screen", of: "U1 U2" or "" for everybody} or {kind: "traffic"}, and of the feed
// itself: {kind: "open"} and {kind: "lost"}. It never gives up.
export function follow(tell) {
  const feed = new EventSource("changes");
  for (const kind of ["screen", "traffic"]) feed.addEventListener(kind, (e) => tell({ kind, of: e.data }));
  feed.addEventListener("open", () => tell({ kind: "open" }));
  feed.addEventListener("error", () => {
    tell({ kind: "lost" });
    if (feed.readyState === EventSource.CLOSED) setTimeout(() => follow(tell), 1000);
  });
}
