import Link from "next/link";

const PAGES = [
  ["/", "Projects"],
  ["/studio", "Studio"],
  ["/graph", "Graph"],
  ["/calendar", "Calendar"],
  ["/billing", "Plans"],
  ["/status", "Status"],
  ["/login", "Log in"],
] as const;

export function Nav() {
  return (
    <nav className="slds-context-bar" aria-label="OmniVibe">
      <ul className="slds-grid">
        {PAGES.map(([path, title]) => (
          <li key={path} className="slds-context-bar__item">
            <Link className="slds-context-bar__label-action" href={path}>
              {title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
