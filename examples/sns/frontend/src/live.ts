// The WebSocket: comes back by itself, a little later each time.

const SLOWEST_MS = 30_000;

export function listen(token: () => string | null, heard: (message: { type: string }) => void): void {
  let wait = 500;
  const open = () => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws`);
    socket.onopen = () => socket.send(JSON.stringify({ type: "auth", token: token() }));
    socket.onmessage = (event) => {
      wait = 500;
      heard(JSON.parse(event.data));
    };
    socket.onclose = () => {
      if (!token()) return;
      setTimeout(open, wait);
      wait = Math.min(wait * 2, SLOWEST_MS);
    };
  };
  open();
}
