"use client";

import { useState } from "react";
import { call } from "@/lib/api";
import { Field } from "./Field";
import { Notice } from "./Notice";

type Script = { id: number; text: string; entities: string[] };

/** Writes a script in the newest project, and sends it to the video worker. */
export function ScriptEditor() {
  const [topic, setTopic] = useState("");
  const [script, setScript] = useState<Script>();
  const [said, setSaid] = useState<string>();

  async function write(): Promise<void> {
    try {
      const { projects } = await call<{ projects: { id: number }[] }>("/projects");
      const newest = projects[0];
      if (!newest) throw new Error("Make a project first.");
      setScript(await call<Script>(`/projects/${newest.id}/scripts`, "POST", { topic }));
    } catch (reason) {
      setSaid((reason as Error).message);
    }
  }

  return (
    <>
      <Notice text={said} />
      <Field label="Topic" value={topic} onChange={(event) => setTopic(event.target.value)} />
      <button className="slds-button slds-button_brand" onClick={() => void write()}>
        Write
      </button>
      {script ? (
        <>
          <p>{script.text}</p>
          <p className="slds-text-body_small">{script.entities.join(", ")}</p>
          <button
            className="slds-button slds-button_neutral"
            onClick={() => void call(`/scripts/${script.id}/videos`, "POST").then(() => setSaid("On its way."))}
          >
            Make the video
          </button>
        </>
      ) : null}
    </>
  );
}
