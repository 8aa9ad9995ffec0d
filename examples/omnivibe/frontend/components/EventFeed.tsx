"use client";

import { useEffect, useState } from "react";

const KEPT = 20;

/** What the workers tell, over the WebSocket of this site's own address. */
export function EventFeed() {
  const [lines, setLines] = useState<string[]>([]);
  useEffect(() => {
    const { protocol, host } = window.location;
    const socket = new WebSocket(`${protocol === "https:" ? "wss" : "ws"}://${host}/ws/events`);
    socket.onmessage = (event: MessageEvent<string>) =>
      setLines((before) => [event.data, ...before].slice(0, KEPT));
    return () => socket.close();
  }, []);
  return (
    <ol id="events">
      {lines.map((line, at) => (
        <li key={lines.length - at}>{line}</li>
      ))}
    </ol>
  );
}
