// Both are paths of the page's own origin: one image serves every environment.
const API = process.env.NEXT_PUBLIC_API_URL;
const WS = process.env.NEXT_PUBLIC_WS_URL;

export async function ask(method, path, body, token) {
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const answer = await fetch(`${API}${path}`, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const told = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error(typeof told?.detail === "string" ? told.detail : answer.statusText);
  return told;
}

export function openChat(token, heard) {
  const socket = new WebSocket(new URL(WS, location.href.replace(/^http/, "ws")));
  socket.onopen = () => socket.send(JSON.stringify({ token }));
  socket.onmessage = (event) => heard(JSON.parse(event.data));
  return socket;
}
