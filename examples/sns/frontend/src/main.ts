import { accessToken, get, keep, post, send, type Account, type Post } from "./api";
import { listen } from "./live";
import "./style.css";

const STATES: Record<string, string> = {
  planned: "예약됨",
  queued: "발행 대기",
  published: "발행됨",
  failed: "실패",
};

const find = <T extends HTMLElement>(selector: string): T => document.querySelector<T>(selector)!;
const field = (form: HTMLFormElement, name: string): string => String(new FormData(form).get(name) ?? "");

function submitted(selector: string, act: (form: HTMLFormElement, button: string) => Promise<void>): void {
  find<HTMLFormElement>(selector).addEventListener("submit", (event) => {
    event.preventDefault();
    const button = (event.submitter as HTMLButtonElement | null)?.value ?? "";
    told(act(event.target as HTMLFormElement, button));
  });
}

function told(work: Promise<unknown>): void {
  const place = find("#problem");
  place.hidden = true;
  work.catch((error: Error) => {
    place.textContent = error.message;
    place.hidden = false;
  });
}

function listed(place: HTMLElement, lines: [string, string][]): void {
  place.replaceChildren(
    ...lines.map(([text, note]) => {
      const line = document.createElement("li");
      const small = document.createElement("small");
      small.textContent = note;
      line.append(text, document.createElement("br"), small);
      return line;
    }),
  );
}

async function showPosts(): Promise<void> {
  const posts = await get<Post[]>("/api/posts");
  listed(
    find("#posts ul"),
    posts.map((item) => [
      item.body,
      [STATES[item.state] ?? item.state, item.published_as, item.problem].filter(Boolean).join(" · "),
    ]),
  );
}

async function showAccounts(): Promise<void> {
  const accounts = await get<Account[]>("/api/accounts");
  find("#write select[name=account_id]").replaceChildren(
    ...accounts.map((item) => new Option(`${item.provider} · ${item.handle}`, String(item.id))),
  );
  find("#write").hidden = accounts.length === 0;
}

async function enter(): Promise<void> {
  const me = await get<{ name: string }>("/api/auth/me");
  find("#who").textContent = `${me.name} 님`;
  find("#sign").hidden = true;
  find("#connect").hidden = find("#posts").hidden = false;
  await Promise.all([showAccounts(), showPosts()]);
  listen(accessToken, (message) => {
    if (message.type === "post") told(showPosts());
  });
}

submitted("#sign", async (form, button) => {
  const given = { email: field(form, "email"), password: field(form, "password") };
  if (button === "signup") await post("/api/auth/signup", { ...given, name: field(form, "name") });
  keep(await post("/api/auth/login", given));
  await enter();
});

submitted("#connect", async (form) => {
  await post("/api/accounts", Object.fromEntries(new FormData(form)));
  form.reset();
  await showAccounts();
});

submitted("#write", async (form) => {
  const file = new FormData(form).get("file") as File;
  let media: string | null = null;
  if (file.size) {
    const name = encodeURIComponent(file.name.replace(/[^\w.-]/g, "_").slice(-100));
    const stored = await send("PUT", `/api/media/${name}`, file, file.type || "application/octet-stream");
    media = (await stored.json()).key;
  }
  const at = field(form, "publish_at");
  await post("/api/posts", {
    account_id: Number(field(form, "account_id")),
    body: field(form, "body"),
    priority: field(form, "priority"),
    publish_at: at ? new Date(at).toISOString() : null,
    media,
  });
  form.reset();
  await showPosts();
});

find("#similar").addEventListener("click", () => {
  const text = find<HTMLTextAreaElement>("#write textarea").value;
  const asked = get<{ body: string; distance: number }[]>(`/api/posts/similar?text=${encodeURIComponent(text)}`);
  told(
    asked.then((found) =>
      listed(find("#found"), found.map((item) => [item.body, `유사도 ${(1 - item.distance).toFixed(2)}`])),
    ),
  );
});

// The model's words are shown as they come.
find("#caption").addEventListener("click", () => {
  const area = find<HTMLTextAreaElement>("#write textarea");
  const subject = area.value || "오늘의 소식";
  const write = async () => {
    const answer = await send("GET", `/api/ai/caption?subject=${encodeURIComponent(subject)}`);
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    area.value = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += part.value;
      const words = [...text.matchAll(/^data: (\{"text".*\})$/gm)];
      area.value = words.map((match) => JSON.parse(match[1]!).text).join("");
    }
  };
  told(write());
});

told(
  get<{ mode: string }>("/api/ai").then((which) => {
    find("#mode").hidden = which.mode !== "mock";
  }),
);
if (accessToken()) told(enter().catch(() => keep(null)));
