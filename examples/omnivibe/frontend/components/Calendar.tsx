"use client";

import { useApi } from "@/lib/useApi";
import { Notice } from "./Notice";
import { Posts } from "./Posts";

export function Calendar() {
  const { data, error } = useApi<{ projects: { id: number; title: string }[] }>("/projects");
  return (
    <>
      <Notice text={error} />
      {data?.projects.map((item) => (
        <section key={item.id}>
          <h3 className="slds-text-heading_small">{item.title}</h3>
          <Posts project={item.id} />
        </section>
      ))}
    </>
  );
}
