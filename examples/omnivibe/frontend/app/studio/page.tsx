import { ScriptEditor } from "@/components/ScriptEditor";
import { Card } from "@/components/Card";

export default function Page() {
  return (
    <Card title="Studio">
      <ScriptEditor />
    </Card>
  );
}
