// What this tab knows: the last state read, and where the person is.
export const now = { state: null, in: "", thread: "", tab: "messages", asked: "" };

export const byID = (id) => now.state?.people.find((p) => p.id === id) ?? { id, name: id, realName: id };

export const appID = () => now.state?.people.find((p) => p.app)?.id ?? "";

// titleOf is what the sidebar calls a conversation.
export function titleOf(c) {
  if (c.kind === "im") return byID(c.members.find((m) => m !== now.state.me.id) ?? now.state.me.id).realName;
  if (c.kind === "mpim") return c.members.filter((m) => m !== now.state.me.id).map((m) => byID(m).realName.split(" ")[0]).join(", ");
  return c.name;
}

export const isAppDM = (c) => c?.kind === "im" && c.members.some((m) => byID(m).app);
export const current = () => now.state?.channels.find((c) => c.id === now.in);

// directory lists people or conversations, for the menus that offer them.
export function directory(kind, filter = {}) {
  if (kind.endsWith("users_select")) {
    return now.state.people.filter((p) => !p.deleted).map((p) => ({ text: `${p.realName} (@${p.name})`, value: p.id }));
  }
  const wanted = filter?.include ?? (kind.endsWith("channels_select") ? ["public"] : ["public", "private", "im", "mpim"]);
  const kinds = { channel: "public", group: "private", im: "im", mpim: "mpim" };
  return now.state.channels
    .filter((c) => !c.archived && wanted.includes(kinds[c.kind]) && !(filter?.exclude_bot_users && isAppDM(c)) &&
      !(filter?.exclude_external_shared_channels && c.shared))
    .map((c) => ({ text: (c.kind === "channel" ? "# " : c.kind === "group" ? "🔒 " : "") + titleOf(c), value: c.id }));
}
