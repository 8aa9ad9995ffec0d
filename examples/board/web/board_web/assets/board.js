// Keeps the page live: cards come over the feed, and a lost feed is found again.

const cards = document.querySelector("#cards");
const live = document.querySelector("#live");
const apiRelease = document.querySelector("#api-release");
const form = document.querySelector("#new-card");
const SHOWN = 24;
const RETRY_MS = [300, 1000, 3000, 5000];

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function cardElement(card) {
  const article = element("article", `card ${card.kind}${card.pinned ? " pinned" : ""}`, "");
  article.dataset.id = card.id;
  const time = element("time", "", new Date(card.created_at).toTimeString().slice(0, 5));
  const footer = element("footer", "", "");
  footer.append(
    element("span", "author", card.author),
    time,
    element("span", "summary", card.summary ?? "…"),
  );
  article.append(element("h2", "", card.title), element("p", "", card.body), footer);
  return article;
}

function show(card) {
  const made = cardElement(card);
  const old = cards.querySelector(`[data-id="${card.id}"]`);
  if (old) {
    old.replaceWith(made);
    return;
  }
  const newest = [...cards.children].find((child) => !child.classList.contains("pinned"));
  if (newest && Number(newest.dataset.id) > card.id) return; // older than all that is shown
  made.classList.add("fresh");
  cards.insertBefore(made, newest ?? null);
  while (cards.children.length > SHOWN) cards.lastElementChild.remove();
}

function setLive(open) {
  live.className = open ? "open" : "waiting";
  live.querySelector("span").textContent = open ? "실시간 · live" : "연결 중 · connecting";
}

const handlers = {
  hello: (message) => {
    apiRelease.textContent = message.release;
    setLive(true);
  },
  cards: (message) => message.cards.forEach(show),
  heartbeat: () => setLive(true),
};

function listen(attempt = 0) {
  const url = new URL("ws/feed", document.baseURI);
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url);
  let failures = attempt;
  socket.onmessage = (event) => {
    failures = 0;
    const message = JSON.parse(event.data);
    handlers[message.type]?.(message);
  };
  socket.onclose = () => {
    setLive(false);
    const wait = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
    setTimeout(() => listen(failures + 1), wait * (0.5 + Math.random()));
  };
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const values = Object.fromEntries(new FormData(form));
  values.author ||= "손님 · guest";
  const answer = await fetch(new URL("api/cards", document.baseURI), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(values),
  });
  if (!answer.ok) {
    alert(`카드를 붙이지 못했습니다 · The card was not put up (${answer.status})`);
    return;
  }
  show(await answer.json());
  form.reset();
});

listen();
