import "@salesforce-ux/design-system/assets/styles/salesforce-lightning-design-system.min.css";
import type { Metadata } from "next";
import type { ReactNode } from "react";
import { Nav } from "@/components/Nav";

export const metadata: Metadata = { title: "OmniVibe", icons: "/icon.svg" };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="ko">
      <body>
        <Nav />
        <main className="slds-p-around_large">{children}</main>
      </body>
    </html>
  );
}
