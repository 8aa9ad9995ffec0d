/** Why something is not there. */
export function Notice({ text }: { text?: string }) {
  return text ? (
    <p role="alert" className="slds-text-color_error">
      {text}
    </p>
  ) : null;
}
