"use client";

import { useApi } from "@/lib/useApi";
import { Notice } from "./Notice";

export function Schedule() {
  const { data, error } = useApi<{ beats: number; fresh: boolean }>("/system/schedule");
  return (
    <>
      <Notice text={error} />
      <p id="schedule">{data ? `${data.beats} beats, ${data.fresh ? "alive" : "silent"}` : "…"}</p>
    </>
  );
}
