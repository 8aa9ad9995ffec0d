"use client";

import { useApi } from "@/lib/useApi";
import { Notice } from "./Notice";

type Provider = { name: string; for: string; mode: string; key: boolean };

/** The paid services: whether each is asked or mocked, said plainly. */
export function Providers() {
  const { data, error } = useApi<{ providers: Provider[] }>("/providers");
  return (
    <>
      <Notice text={error} />
      <table className="slds-table slds-table_bordered" id="providers">
        <tbody>
          {data?.providers.map((item) => (
            <tr key={item.name}>
              <td>{item.name}</td>
              <td>{item.for}</td>
              <td>{item.mode === "mock" ? "mock: made here" : item.key ? "live" : "no key"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
