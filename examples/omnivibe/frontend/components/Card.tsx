import type { ReactNode } from "react";

export function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <article className="slds-card">
      <div className="slds-card__header">
        <h2 className="slds-card__header-title">{title}</h2>
      </div>
      <div className="slds-card__body slds-card__body_inner">{children}</div>
    </article>
  );
}
