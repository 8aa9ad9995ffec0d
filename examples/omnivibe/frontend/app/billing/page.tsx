import { Plans } from "@/components/Plans";
import { Card } from "@/components/Card";

export default function Page() {
  return (
    <Card title="Plans">
      <Plans />
    </Card>
  );
}
