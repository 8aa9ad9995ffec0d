import Studio from "./components/studio";

export default function Page() {
  return (
    <main>
      <h1>Vision</h1>
      <p>데이터에서 학습까지, 대화로.</p>
      <Studio />
    </main>
  );
}
