"use client";

import { useState } from "react";
import { call } from "@/lib/api";
import { Field } from "./Field";
import { Notice } from "./Notice";

type Answer = { answer: string; related: string[]; sources: { id: number; title: string }[] };

export function GraphSearch() {
  const [question, setQuestion] = useState("");
  const [found, setFound] = useState<Answer>();
  const [said, setSaid] = useState<string>();
  return (
    <>
      <Notice text={said} />
      <Field label="Question" value={question} onChange={(event) => setQuestion(event.target.value)} />
      <button
        className="slds-button slds-button_brand"
        onClick={() =>
          void call<Answer>("/graph/ask", "POST", { question })
            .then(setFound)
            .catch((reason: Error) => setSaid(reason.message))
        }
      >
        Ask
      </button>
      {found ? (
        <>
          <p>{found.answer}</p>
          <ul>
            {found.sources.map((item) => (
              <li key={item.id}>{item.title}</li>
            ))}
          </ul>
        </>
      ) : null}
    </>
  );
}
