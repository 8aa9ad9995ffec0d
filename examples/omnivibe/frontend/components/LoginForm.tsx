"use client";

import { useState } from "react";
import { call, session } from "@/lib/api";
import { Field } from "./Field";
import { Notice } from "./Notice";

export function LoginForm() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [said, setSaid] = useState<string>();

  async function enter(first: boolean): Promise<void> {
    try {
      if (first) await call("/auth/register", "POST", { email, password });
      const tokens = await call<{ access_token: string }>("/auth/login", "POST", { email, password });
      session.set(tokens.access_token);
      window.location.assign("/");
    } catch (reason) {
      setSaid((reason as Error).message);
    }
  }

  return (
    <>
      <Notice text={said} />
      <Field label="E-mail" name="email" type="email" value={email} onChange={(event) => setEmail(event.target.value)} />
      <Field label="Password" name="password" type="password" value={password} onChange={(event) => setPassword(event.target.value)} />
      <button id="login" className="slds-button slds-button_brand" onClick={() => void enter(false)}>
        Log in
      </button>
      <button id="register" className="slds-button slds-button_neutral" onClick={() => void enter(true)}>
        Sign up
      </button>
    </>
  );
}
