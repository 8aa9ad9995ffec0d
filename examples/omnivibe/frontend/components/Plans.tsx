"use client";

import { useApi } from "@/lib/useApi";
import { Notice } from "./Notice";

type Told = { enabled: boolean; plans: { name: string; cents_a_month: number }[] };

export function Plans() {
  const { data, error } = useApi<Told>("/billing/plans");
  return (
    <>
      <Notice text={error} />
      {data && !data.enabled ? <p>Payments are switched off.</p> : null}
      <ul id="plans">
        {data?.plans.map((item) => (
          <li key={item.name}>
            {item.name} {(item.cents_a_month / 100).toFixed(2)} $
          </li>
        ))}
      </ul>
    </>
  );
}
