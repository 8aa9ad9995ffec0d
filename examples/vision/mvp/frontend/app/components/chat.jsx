"use client";

import { useEffect, useRef, useState } from "react";
import { openChat } from "./api";

export default function Chat({ token }) {
  const [said, setSaid] = useState([]);
  const [coming, setComing] = useState("");
  const socket = useRef(null);

  useEffect(() => {
    socket.current = openChat(token, (heard) => {
      if (heard.type === "word") setComing((text) => `${text} ${heard.text}`);
      if (heard.type === "done") {
        setComing("");
        setSaid((all) => [...all, { role: "assistant", text: heard.text }]);
      }
    });
    return () => socket.current.close();
  }, [token]);

  function submit(event) {
    event.preventDefault();
    const message = new FormData(event.currentTarget).get("message");
    event.currentTarget.reset();
    setSaid((all) => [...all, { role: "user", text: message }]);
    socket.current.send(JSON.stringify({ message }));
  }

  return (
    <section>
      <h2>채팅</h2>
      <ul className="said">
        {said.map((item, index) => (
          <li key={index} className={item.role}>
            {item.text}
          </li>
        ))}
        {coming && <li className="assistant">{coming}</li>}
      </ul>
      <form onSubmit={submit}>
        <input name="message" placeholder="무엇을 구별하고 싶으세요?" required />
        <button>보내기</button>
      </form>
    </section>
  );
}
