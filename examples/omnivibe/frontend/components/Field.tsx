import type { InputHTMLAttributes } from "react";

export function Field({ label, ...more }: { label: string } & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <label className="slds-form-element">
      <span className="slds-form-element__label">{label}</span>
      <input className="slds-input" {...more} />
    </label>
  );
}
