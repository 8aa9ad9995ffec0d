"use client";

import { useState } from "react";
import { ask } from "./api";
import Chat from "./chat";
import Door from "./door";
import Projects from "./projects";

export default function Studio() {
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState("");

  async function attempt(work) {
    setProblem("");
    try {
      return await work();
    } catch (error) {
      setProblem(error.message);
    }
  }

  async function enter(fields, isNew) {
    await attempt(async () => {
      if (isNew) await ask("POST", "/auth/signup", { ...fields, username: fields.email });
      setToken((await ask("POST", "/auth/login", fields)).access_token);
    });
  }

  return (
    <>
      {problem && <p className="problem">{problem}</p>}
      {token ? (
        <>
          <Chat token={token} />
          <Projects token={token} attempt={attempt} />
        </>
      ) : (
        <Door enter={enter} />
      )}
    </>
  );
}
