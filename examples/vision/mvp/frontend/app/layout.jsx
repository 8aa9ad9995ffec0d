import "./style.css";

export const metadata = { title: "Vision", description: "Teach models by talking to them" };

export default function Layout({ children }) {
  return (
    <html lang="ko">
      <body>{children}</body>
    </html>
  );
}
