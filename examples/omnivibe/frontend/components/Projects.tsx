"use client";

import { useState } from "react";
import { call } from "@/lib/api";
import { useApi } from "@/lib/useApi";
import { Field } from "./Field";
import { Notice } from "./Notice";

type Project = { id: number; title: string };

export function Projects() {
  const { data, error, again } = useApi<{ projects: Project[] }>("/projects");
  const [title, setTitle] = useState("");
  return (
    <>
      <Notice text={error} />
      <ul id="projects">
        {data?.projects.map((item) => (
          <li key={item.id}>{item.title}</li>
        ))}
      </ul>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void call("/projects", "POST", { title }).then(again);
        }}
      >
        <Field label="Title" value={title} onChange={(event) => setTitle(event.target.value)} />
        <button className="slds-button slds-button_brand">New project</button>
      </form>
    </>
  );
}
